/** The shell's answers for programs: the same content as the pages, as plain data. Pure. */
import type { Snapshot } from "../../model/snapshot.ts";
import { limitsOf } from "./why.ts";

export function statusDocument(snapshot: Snapshot): object {
  const { decision, image } = snapshot;
  const phases: Record<string, number> = {};
  for (const { phase } of decision.miners) phases[phase] = (phases[phase] ?? 0) + 1;
  const readings = Object.values(image.readings);
  return {
    container: snapshot.container,
    version: snapshot.version,
    mode: decision.mode,
    boot: image.boot,
    clock: image.wallClock,
    ceilingWatts: decision.ceilingWatts,
    binding: decision.binding,
    explanation: decision.explanation.find(({ scope }) => scope === "container") ?? null,
    power: decision.power,
    availability: decision.availability,
    firm: decision.firm ?? [],
    setpoints: decision.setpoints,
    trips: decision.trips,
    alarms: decision.alarms.map(({ since, ...alarm }) => ({ ...alarm, ageMilliseconds: image.now - since })),
    lockout: decision.durable.lockout,
    remoteStop: decision.durable.remoteStop,
    miners: { total: decision.miners.length, phases },
    points: { total: readings.length, bad: readings.filter(({ quality }) => quality === "bad").length },
    broker: { state: snapshot.broker.state, url: snapshot.broker.url },
    store: snapshot.store,
    scan: snapshot.scan,
  };
}

export function whyDocument({ decision }: Snapshot, scope: string): object {
  return {
    scope,
    explanation: decision.explanation.find((explanation) => explanation.scope === scope) ?? null,
    limits: limitsOf(decision, scope),
    requests: decision.requests.filter((request) => request.scope === scope),
  };
}

export function pointsDocument({ image, decision }: Snapshot, filter: string): object {
  const points = Object.entries(image.readings)
    .filter(([name]) => name.toLowerCase().includes(filter.toLowerCase()))
    .map(([name, { at, ...reading }]) => ({ name, ...reading, ageMilliseconds: image.now - at }));
  return { points, outputs: decision.outputs };
}

export function minersDocument({ image, decision }: Snapshot, filter: string): object {
  const miners = decision.miners
    .filter(({ name, phase }) => name.toLowerCase().includes(filter.toLowerCase()) || phase === filter)
    .map(({ since, ...view }) => {
      const report = image.miners[view.name];
      return {
        ...view,
        phaseMilliseconds: image.now - since,
        ageMilliseconds: report?.at === undefined ? null : image.now - report.at,
        fault: report?.fault ?? null,
        mode: report?.mode ?? "unknown",
        powerWatts: report?.powerWatts ?? null,
        powerSource: report?.powerSource ?? "unknown",
        hashrateTerahashesPerSecond: report?.hashrateTerahashesPerSecond ?? null,
        inletCelsius: report?.inletCelsius ?? null,
        target: decision.minerTargets[view.name] ?? null,
      };
    });
  return { miners };
}

export function linesDocument({ image, lines }: Snapshot): object {
  return { lines: lines.map(({ since, ...line }) => ({ ...line, stateMilliseconds: image.now - since })) };
}

export function eventsDocument({ events }: Snapshot, most: number): object {
  return { events: events.slice(-most) };
}
