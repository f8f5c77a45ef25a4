/** Rules of power: the feeder tree, its meters and contactors, and the figures of the whole container. */
import {
  checkPointUse,
  checkReference,
  checkUnique,
  namesAt,
  pathToRoot,
  type SiteContext,
  type SiteRule,
} from "../context.ts";
import { pointerOf } from "../document.ts";
import type { Finding } from "../problem.ts";
import { coolingSwitches } from "./cooling.ts";

export const containerFigures: SiteRule = ({ file }) => {
  const findings: Finding[] = [];
  const atMostRated = (pointer: string, what: string, watts: number): void => {
    if (watts <= file.ratedWatts) return;
    const expected = `at most ratedWatts, ${file.ratedWatts} W`;
    findings.push({ pointer, found: `${watts} W`, expected, remedy: `lower ${what}` });
  };
  atMostRated(
    "/failsafe/limitWatts",
    "the failsafe limit: without dispatcher it would be no limit",
    file.failsafe.limitWatts,
  );
  atMostRated("/minimumWatts", "the minimum, or correct ratedWatts", file.minimumWatts);
  if (file.contract !== undefined) {
    atMostRated("/contract/watts", "the contract: above the rated power it would limit nothing", file.contract.watts);
    if (file.contract.watts < file.minimumWatts)
      findings.push({
        pointer: "/contract/watts",
        found: `${file.contract.watts} W`,
        expected: `at least minimumWatts, ${file.minimumWatts} W: with every machine asleep the contract would still be broken`,
        remedy: "correct one of the two",
      });
  }
  if (file.container === "group")
    findings.push({
      pointer: "/container",
      found: '"group"',
      expected: "any other name: `group` is the first level of the group topics",
      remedy: "name the container, for example wolf-c07",
    });
  return findings;
};

/** One root, every parent known, no loop. */
export const feederTree: SiteRule = ({ file }) => {
  const names = file.branches.map(({ name }) => name);
  const findings = checkUnique(namesAt(file.branches, "branches"), "branch name");
  file.branches.forEach((branch, index) => {
    if (branch.parent === undefined) return;
    const pointer = pointerOf("branches", index, "parent");
    findings.push(...checkReference(branch.parent, names, pointer, "the name of the branch that feeds it"));
    const path = pathToRoot(file, branch.name);
    const loops = path.at(-1)?.parent !== undefined && names.includes(path.at(-1)?.parent ?? "");
    if (loops && names.includes(branch.parent))
      findings.push({
        pointer,
        found: `a loop: ${[...path.map(({ name }) => name), path.at(-1)?.parent].join(" <- ")}`,
        expected: "a way up to the metering point",
        remedy: "correct one of the parents",
      });
  });
  const roots = file.branches.flatMap((branch, index) => (branch.parent === undefined ? [{ branch, index }] : []));
  if (roots.length === 0)
    findings.push({
      pointer: "/branches",
      found: "no branch without `parent`",
      expected: "exactly one: the metering point",
      remedy: "leave `parent` out of the branch at the container's connection",
    });
  for (const { branch, index } of roots.slice(1))
    findings.push({
      pointer: pointerOf("branches", index),
      found: `${branch.name} has no parent, like ${roots[0]?.branch.name}`,
      expected: "exactly one branch without `parent`: the metering point",
      remedy: `add \`parent: ${roots[0]?.branch.name}\``,
    });
  return findings;
};

/** A meter is a device that tells powerWatts, and shows one branch only. */
export const branchMeters: SiteRule = ({ file, wires, points }) => {
  const devices = wires.lines.flatMap((line) => line.devices.map(({ name }) => name));
  const metered = file.branches.flatMap((branch, index) =>
    branch.meter === undefined ? [] : [{ name: branch.meter, pointer: pointerOf("branches", index, "meter") }],
  );
  const findings = metered.flatMap(({ name, pointer }) => {
    if (wires.unresolved.has(name)) return [];
    const unknown = checkReference(name, devices, pointer, "the name of a device on a line");
    if (unknown.length > 0 || points.has(`${name}/powerWatts`)) return unknown;
    const remedy = "name a meter, or add a channel named powerWatts";
    return [{ pointer, found: `${name}, which has no point powerWatts`, expected: "a meter", remedy }];
  });
  return [...findings, ...checkUnique(metered, "meter on one branch")];
};

/** A warm breaker trips at twice its rating in about a fifth of the time of a cold one. Source: thermal model of control/envelopes/breaker-heat.ts. */
const warmTripShare = 0.2;

/** A breaker that would trip before its load is proven shed protects nothing that weir could save. */
export const breakerCurves: SiteRule = ({ file }) =>
  file.branches.flatMap(({ name, doubleCurrentTripSeconds }, index) => {
    const neededSeconds = file.times.shedProofSeconds / warmTripShare;
    if (doubleCurrentTripSeconds === undefined || doubleCurrentTripSeconds >= neededSeconds) return [];
    return [
      {
        pointer: pointerOf("branches", index, "doubleCurrentTripSeconds"),
        found: `${doubleCurrentTripSeconds} s`,
        expected: `at least ${neededSeconds} s: warm, the breaker of ${name} trips in a fifth of it, and a shed is proven after ${file.times.shedProofSeconds} s`,
        remedy: "read the maker's curve at twice the rating, or use a slower breaker",
      },
    ];
  });

/** Less than half of a breaker is left only by a slip of the pen. */
const leastDeratedShare = 0.5;

/** Hot air: its point is a temperature, and the figures leave a breaker to speak of. */
export const breakerDerating: SiteRule = (context) =>
  context.file.branches.flatMap(({ derating }, index) => {
    if (derating === undefined) return [];
    const { point, calibratedCelsius, lossPerKelvinRatio, hottestCelsius } = derating;
    const pointer = pointerOf("branches", index, "derating");
    const findings: Finding[] =
      point === undefined ? [] : [...checkPointUse(context, point, `${pointer}/point`, { output: false, unit: "°C" })];
    const share = 1 - lossPerKelvinRatio * Math.max(0, hottestCelsius - calibratedCelsius);
    if (share < leastDeratedShare)
      findings.push({
        pointer: `${pointer}/lossPerKelvinRatio`,
        found: `${lossPerKelvinRatio} per kelvin, which leaves ${Math.round(share * 100)} % at ${hottestCelsius} °C`,
        expected: "at least 50 % of the breaker at the hottest air",
        remedy: "correct the figures by the maker's table (0.005 means 0.5 % for each kelvin)",
      });
    return findings;
  });

/** Nothing of ours hangs behind a protected load, and nothing of ours can take its power. */
export const protectedLoads: SiteRule = ({ file }) =>
  file.branches.flatMap((branch, index) => {
    if (branch.protectedLoad === undefined) return [];
    const { ratedWatts, riseWatts } = branch.protectedLoad;
    const pointer = pointerOf("branches", index, "protectedLoad");
    const findings: Finding[] = [];
    const opener = pathToRoot(file, branch.name).find(({ contactor }) => contactor !== undefined);
    if (opener !== undefined)
      findings.push({
        pointer,
        found: `behind the contactor of ${opener.name}, which weir opens`,
        expected: "no contactor between it and the metering point",
        remedy: "feed it from a branch above the contactor",
      });
    const inside = file.branches.find(({ parent }) => parent === branch.name);
    const row = file.miners.findIndex((miner) => miner.branch === branch.name);
    if (inside !== undefined || row >= 0)
      findings.push({
        pointer,
        found: inside === undefined ? `miners/${row} on ${branch.name}` : `${inside.name} behind ${branch.name}`,
        expected: "a branch of its own, with nothing else behind it: its meter must show the load alone",
        remedy: "give the load a branch with a meter",
      });
    if (riseWatts !== undefined && riseWatts > ratedWatts)
      findings.push({
        pointer: `${pointer}/riseWatts`,
        found: `${riseWatts} W`,
        expected: `at most ratedWatts, ${ratedWatts} W`,
        remedy: "correct one of the two",
      });
    return findings;
  });

export const contactors: SiteRule = (context) =>
  context.file.branches.flatMap(({ name, contactor }, index) => {
    if (contactor === undefined) return [];
    const pointer = pointerOf("branches", index, "contactor");
    const findings = [
      ...checkPointUse(context, contactor.output, `${pointer}/output`, { output: true }),
      ...checkPointUse(context, contactor.feedback, `${pointer}/feedback`, { output: false, unit: null }),
    ];
    if (context.file.heartbeatOutput === undefined)
      findings.push({
        pointer: `${pointer}/output`,
        found: `${wireOf(context, contactor.output)} alone opens ${name}`,
        expected:
          "a heartbeat relay in series with it: no single relay may hold a contactor closed when the program stops",
        remedy: "wire the heartbeat relay and name its output as `heartbeatOutput`",
      });
    return findings;
  });

/** Smoke detectors are contacts of this site, each named once. */
export const smokeDetectors: SiteRule = (context) => {
  const named = context.file.smokeClear.map((name, index) => ({ name, pointer: pointerOf("smokeClear", index) }));
  return [
    ...named.flatMap(({ name, pointer }) => checkPointUse(context, name, pointer, { output: false, unit: null })),
    ...checkUnique(named, "smoke detector"),
  ];
};

/** Outputs weir drives: each has one purpose, and each can be written. */
export const outputs: SiteRule = (context) => {
  const { file } = context;
  const cooling = [
    ...file.fans.map((name, index) => ({ name, pointer: pointerOf("fans", index) })),
    ...file.tanks.flatMap(({ pump }, index) =>
      pump?.output === undefined ? [] : [{ name: pump.output, pointer: pointerOf("tanks", index, "pump", "output") }],
    ),
    ...coolingSwitches(file),
  ];
  const heartbeat =
    file.heartbeatOutput === undefined ? [] : [{ name: file.heartbeatOutput, pointer: "/heartbeatOutput" }];
  const lamp = file.alarmLamp === undefined ? [] : [{ name: file.alarmLamp, pointer: "/alarmLamp" }];
  const contactorOutputs = file.branches.flatMap(({ contactor }, index) =>
    contactor === undefined
      ? []
      : [{ name: contactor.output, pointer: pointerOf("branches", index, "contactor", "output") }],
  );
  return [
    ...[...cooling, ...heartbeat, ...lamp].flatMap(({ name, pointer }) =>
      checkPointUse(context, name, pointer, { output: true }),
    ),
    ...checkUnique([...contactorOutputs, ...heartbeat, ...cooling, ...lamp], "output for one purpose"),
  ];
};

function wireOf(context: SiteContext, output: string): string {
  return context.points.get(output)?.wire === "firmata" ? `the Firmata output ${output}` : `the output ${output}`;
}
