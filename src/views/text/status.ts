/** `status`: the whole container on one page. Pure. */
import type { Decision } from "../../model/decision.ts";
import type { LineHealth } from "../../model/driver.ts";
import type { Snapshot } from "../../model/snapshot.ts";
import { columns, count, cut, duration, kilowatts, labelled, moment } from "./figures.ts";
import { renderTrip } from "./trips.ts";

/** Rows of one kind before the rest is only counted; choice: the page stays a page. */
const mostRows = 6;

export function renderStatus(snapshot: Snapshot): string[] {
  const { decision, image } = snapshot;
  const { power } = decision;
  const clock = `${moment(image.wallClock.unixMilliseconds)} UTC${image.wallClock.trusted ? "" : " (not trusted)"}`;
  const head = `${snapshot.container}  ${decision.mode.toUpperCase()}`;
  return [
    `${cut(head, columns - clock.length - 1).padEnd(columns - clock.length)}${clock}`,
    ...labelled(
      "Power",
      `${kilowatts(power.measuredWatts)} measured, ${kilowatts(power.accountedWatts)} counted, ceiling ${kilowatts(decision.ceilingWatts)}`,
    ),
    ...labelled(
      "",
      `machines ${kilowatts(power.machinesWatts)}, auxiliaries ${kilowatts(power.auxiliaryWatts)}, promised ${kilowatts(power.reservedWatts)}`,
    ),
    ...firm(decision),
    ...labelled("Held by", decision.binding.reason.text),
    ...labelled("For more", decision.explanation.find(({ scope }) => scope === "container")?.forMore ?? "-"),
    ...frequency(decision),
    ...labelled("Machines", machines(decision)),
    ...setpoints(decision),
    ...schedules(decision),
    ...stops(decision),
    ...trips(decision),
    ...alarms(decision, image.now),
    ...labelled("Points", points(snapshot)),
    ...labelled("Lines", snapshot.lines.length === 0 ? "none" : snapshot.lines.map(lineInWords).join(", ")),
    ...labelled("Broker", `${snapshot.broker.state} ${snapshot.broker.url}`),
    ...labelled(
      "Program",
      `weir ${snapshot.version}, store ${snapshot.store.state}, ${count(snapshot.scan.count, "scan")}, last ${snapshot.scan.lastMilliseconds.toFixed(1)} ms, longest ${snapshot.scan.longestMilliseconds.toFixed(1)} ms`,
    ),
  ];
}

/** `feeder good`, `cooling 1 of 2 devices silent`, `tank-io LOST`. */
export function lineInWords(line: LineHealth): string {
  if (line.state !== "open") return `${line.name} ${line.state.toUpperCase()}`;
  const wrong = line.devices.filter(({ state }) => state !== "good");
  if (wrong.length === 0) return `${line.name} good`;
  const kinds = [...new Set(wrong.map(({ state }) => state))].join(" or ");
  return `${line.name} ${wrong.length} of ${count(line.devices.length, "device")} ${kinds}`;
}

/** `40 kW within 10 s, 232 kW within 60 s`. */
function firm({ firm: lines = [] }: Decision): string[] {
  const told = lines.map(({ withinSeconds, watts }) => `${kilowatts(watts)} in ${withinSeconds} s`);
  return told.length === 0 ? [] : labelled("Can shed", told.join(", "));
}

function machines({ miners }: Decision): string {
  const phases = new Map<string, number>();
  for (const { phase } of miners) phases.set(phase, (phases.get(phase) ?? 0) + 1);
  const parts = [...phases].map(([phase, number]) => `${number} ${phase}`);
  return parts.length === 0 ? "none" : `${miners.length}: ${parts.join(", ")}`;
}

/** `59.98 Hz, no stage holds, relay clear; the newest response took 0.9 s, the slowest 1.4 s`. */
function frequency({ frequency: view }: Decision): string[] {
  if (view === undefined) return [];
  const { hertz, stage, relay, lastResponseMilliseconds: last, worstResponseMilliseconds: worst } = view;
  const inSeconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
  const times =
    last === null || worst === null
      ? "no response yet"
      : `the newest response took ${inSeconds(last)} from sample to last command, the slowest ${inSeconds(worst)}`;
  return labelled(
    "Frequency",
    `${hertz === null ? "not known" : `${hertz.toFixed(3)} Hz`}, ${stage === 0 ? "no stage holds" : `stage ${stage} holds`}${relay === null ? "" : `, relay ${relay}`}; ${times}`,
  );
}

function setpoints(decision: Decision): string[] {
  if (decision.setpoints.length === 0) return labelled("Setpoints", "none");
  return decision.setpoints.flatMap((setpoint, index) =>
    labelled(
      index === 0 ? "Setpoints" : "",
      `${setpoint.slot}: ${setpoint.kind} ${kilowatts(setpoint.watts)}, ${setpoint.state}, ${duration(setpoint.remainingMilliseconds)} left (${setpoint.reason})`,
    ),
  );
}

/** `dispatch: 100.0 kW, then 60.0 kW in 40 min; ends in 2 h (price)`; nothing where none stands. */
function schedules({ schedules: standing = [] }: Decision): string[] {
  return standing.flatMap((schedule, index) => {
    const { source, watts, nextWatts, nextMilliseconds, remainingMilliseconds, reason } = schedule;
    const says = watts === null ? "nothing yet" : kilowatts(watts);
    const text = `${source}: ${says}, ${kilowatts(nextWatts)} in ${duration(nextMilliseconds)}; ends in ${duration(remainingMilliseconds)} (${reason})`;
    return labelled(index === 0 ? "Schedules" : "", text);
  });
}

function stops({ durable }: Decision): string[] {
  const { lockout, remoteStop } = durable;
  return [
    ...(lockout === null
      ? []
      : labelled(
          "LOCKOUT",
          `by ${lockout.by} since ${moment(lockout.sinceUnixMilliseconds)} UTC. When nobody works on it any more: release`,
        )),
    ...(remoteStop === null ? [] : labelled("STOPPED", `by ${remoteStop.source} until its release comes`)),
  ];
}

function trips(decision: Decision): string[] {
  if (decision.trips.length === 0) return labelled("Trips", "none");
  return [
    ...labelled("TRIPS", `${decision.trips.length} latched; each stays until it is reset here`),
    ...decision.trips.slice(0, mostRows).flatMap(renderTrip),
    ...more(decision.trips.length),
  ];
}

function alarms(decision: Decision, now: number): string[] {
  if (decision.alarms.length === 0) return labelled("Alarms", "none");
  return [
    ...decision.alarms
      .slice(0, mostRows)
      .flatMap((alarm, index) =>
        labelled(
          index === 0 ? "Alarms" : "",
          `${alarm.reason.text} (${alarm.severity}, ${duration(now - alarm.since)})`,
        ),
      ),
    ...more(decision.alarms.length),
  ];
}

function points({ image }: Snapshot): string {
  const all = Object.entries(image.readings);
  const bad = all.flatMap(([name, reading]) => (reading.quality === "bad" ? [`${name} (${reading.fault})`] : []));
  const named = bad.slice(0, mostRows).join(", ");
  const rest = bad.length > mostRows ? ` and ${bad.length - mostRows} more` : "";
  return bad.length === 0
    ? `${all.length} good`
    : `${all.length - bad.length} good, ${bad.length} BAD: ${named}${rest}`;
}

function more(total: number): string[] {
  return total > mostRows ? labelled("", `and ${total - mostRows} more`) : [];
}
