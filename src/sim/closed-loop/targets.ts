/** Names that a scenario uses and its site does not know: targets of faults, scopes, machines. */
import type { Site } from "../../model/site.ts";
import type { FaultName, Scenario } from "./scenario.ts";

export interface Stranger {
  /** JSON pointer into the scenario. */
  readonly pointer: string;
  readonly found: string;
  readonly expected: string;
}

type Kind = "point" | "meter" | "tank" | "machine" | "branch" | "fan" | "nothing";

const kinds: Readonly<Record<FaultName, Kind>> = {
  "line-dead": "nothing",
  missing: "point",
  "no-reply": "point",
  stale: "point",
  "not-a-number": "point",
  stuck: "point",
  drift: "point",
  offset: "point",
  scale: "point",
  "current-transformer-lost": "meter",
  "pump-broken": "tank",
  "pump-stopped": "tank",
  "flow-reduced": "tank",
  leak: "tank",
  smoke: "nothing",
  "fan-stopped": "nothing",
  "fan-failed": "fan",
  "cooler-fouled": "nothing",
  "heat-customer-gone": "nothing",
  deaf: "machine",
  refuses: "machine",
  unreachable: "machine",
  slow: "machine",
  "wakes-alone": "machine",
  "lies-about-power": "machine",
  trimmed: "machine",
  "limit-ignored": "machine",
  "limit-restarts": "machine",
  "reports-no-power": "machine",
  "contactor-welded": "branch",
  "contactor-late": "branch",
  "broker-lost": "nothing",
  "store-slow": "nothing",
  "store-failing": "nothing",
  "clock-untrusted": "nothing",
  "clock-jump": "nothing",
  "black-out": "nothing",
  sag: "nothing",
  "frequency-relay": "nothing",
};

/** What kind of thing a fault happens to. */
export function targetKind(fault: FaultName): Kind {
  return kinds[fault];
}

/** Everything a fault of a kind may happen to. */
export function targetsOf(site: Site, kind: Kind): readonly string[] {
  switch (kind) {
    case "point":
      return pointsOf(site);
    case "meter":
      return site.branches.flatMap(({ meter }) => (meter === null ? [] : [deviceOf(meter.powerWatts)]));
    case "tank":
      return site.tanks.map(({ name }) => name);
    case "machine":
      return site.miners.map(({ name }) => name);
    case "branch":
      return site.branches.flatMap(({ name, contactor }) => (contactor === null ? [] : [name]));
    case "fan":
      return (site.coolingLoops ?? []).flatMap(({ fans }) => fans.flatMap(({ output }) => output ?? []));
    case "nothing":
      return [""];
  }
}

/** Names in a scenario that its site does not have. */
export function strangers(scenario: Scenario, site: Site): readonly Stranger[] {
  const found: Stranger[] = [];
  const demand = (pointer: string, name: string, kind: Kind): void => {
    const known = targetsOf(site, kind);
    const devices = kind === "point" ? known.map(deviceOf) : [];
    if (known.includes(name) || devices.includes(name)) return;
    found.push({ pointer, found: name === "" ? "no target" : name, expected: `a ${kind} of the site` });
  };
  for (const [index, { fault }] of scenario.events.entries())
    if (fault !== undefined) demand(`/events/${index}/fault/target`, fault.target, targetKind(fault.fault));
  for (const [index, name] of scenario.startAsleep.entries()) demand(`/startAsleep/${index}`, name, "machine");
  for (const [index, { branch }] of scenario.expect.contactors.entries())
    demand(`/expect/contactors/${index}/branch`, branch, "branch");
  const scopes = new Set(["container", ...targetsOf(site, "tank"), ...site.branches.map(({ name }) => name)]);
  for (const [index, { scope }] of scenario.expect.shed.entries())
    if (!scopes.has(scope))
      found.push({
        pointer: `/expect/shed/${index}/scope`,
        found: scope,
        expected: "container, a tank or a branch of the site",
      });
  return found;
}

function pointsOf(site: Site): readonly string[] {
  const meters = site.branches.flatMap(({ meter }) =>
    meter === null ? [] : [meter.powerWatts, ...meter.currentAmperes, ...meter.voltageVolts],
  );
  const contacts = site.branches.flatMap(({ contactor }) => contactor?.feedback ?? []);
  const tanks = site.tanks.flatMap(({ coolant, inlet, flow, pump, leakDry, level }) => [
    ...coolant.sensors,
    ...[inlet?.point, flow?.point, level?.point, pump?.feedback, pump?.standby?.feedback].flatMap(
      (point) => point ?? [],
    ),
    ...leakDry,
  ]);
  const loops = (site.coolingLoops ?? []).flatMap(({ ambient, fans, heat }) => [
    ...[ambient?.point, heat?.supply.point, heat?.ready].flatMap((point) => point ?? []),
    ...fans.flatMap(({ feedback }) => feedback ?? []),
  ]);
  const supply = [site.frequency?.response?.point, site.frequency?.relay?.clear, site.generator?.frequency?.point];
  // All breakers stand in the same air.
  const cabinet = site.branches.find(({ derating }) => derating !== undefined)?.derating?.point;
  return [
    ...meters,
    ...contacts,
    ...tanks,
    ...loops,
    ...[...supply, cabinet].flatMap((point) => point ?? []),
    ...(site.smokeClear ?? []),
  ];
}

function deviceOf(point: string): string {
  return point.slice(0, point.indexOf("/"));
}
