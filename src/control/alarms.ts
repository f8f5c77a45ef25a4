/** Alarms: what a person should know while it lasts, with one event when it comes and one when it goes. */
import type { Alarm, EventRecord } from "../model/decision.ts";
import type { Milliseconds } from "../model/reading.ts";
import type { Limit, ReasonCode } from "../model/reason.ts";
import type { Warning } from "./envelopes/finding.ts";

export interface RaisedAlarms {
  readonly alarms: readonly Alarm[];
  readonly since: Readonly<Record<string, Milliseconds>>;
  readonly events: readonly EventRecord[];
}

/** The alarms of this scan; each name once, the first of its kind. */
export function raiseAlarms(
  before: Readonly<Record<string, Milliseconds>>,
  warnings: readonly Warning[],
  now: Milliseconds,
): RaisedAlarms {
  const since: Record<string, Milliseconds> = {};
  const alarms: Alarm[] = [];
  const events: EventRecord[] = [];
  for (const warning of warnings) {
    if (since[warning.name] !== undefined) continue;
    const at = before[warning.name] ?? now;
    since[warning.name] = at;
    alarms.push({ ...warning, since: at });
    if (before[warning.name] === undefined)
      events.push({ kind: "alarm", severity: warning.severity, subject: warning.name, text: warning.reason.text });
  }
  for (const name of Object.keys(before))
    if (since[name] === undefined)
      events.push({ kind: "alarm-cleared", severity: "information", subject: name, text: `${name} is over.` });
  return { alarms, since, events };
}

/** What always limits is no alarm. */
function isOrdinary({ reason }: Limit): boolean {
  return reason.code.startsWith("breaker-") || reason.code === "protected-load";
}

/** Weather and work, not failures. */
function isMild(code: ReasonCode): boolean {
  return code === "coolant-derate" || code === "cooling-capacity" || code === "warm-up";
}

/** Limits of safety below the ordinary are alarms: a trip, a lost sensor, a derated tank. Breakers and plates are not; machines are told of together. */
export function limitWarnings(limits: readonly Limit[]): readonly Warning[] {
  return limits
    .filter((limit) => limit.source === "trip" || (limit.source === "envelope" && !isOrdinary(limit)))
    .filter(({ withinMilliseconds, scope }) => withinMilliseconds <= 0 && !scope.startsWith("miner/"))
    .map(({ scope, source, reason }) => ({
      name: `${reason.code} ${scope.replace(/^[a-zA-Z]+\//, "")}`,
      severity: source === "trip" || !isMild(reason.code) ? "alarm" : "warning",
      reason,
    }));
}
