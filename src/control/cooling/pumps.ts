/** Pumps of the tanks: they run, whatever happens else; one rests only when nothing makes heat and everything is known; a standby takes over from one that fails. */
import type { Milliseconds, PointName } from "../../model/reading.ts";
import type { Limit } from "../../model/reason.ts";
import type { Tank } from "../../model/site.ts";
import type { Warning } from "../envelopes/finding.ts";
import { flowNeeded } from "../envelopes/tank-warm-up.ts";
import type { Judged } from "../judge.ts";
import type { PumpState } from "./state.ts";

/** A pump that fails for this long gives way to its standby [ms]. Source: choice: two scans; the flow must be back before its proof is over. */
const failingMilliseconds: Milliseconds = 1000;
/** A pump just started gets this long to come up [ms]. Source: choice: pumps of some kilowatts with ramps of 5 s. */
const startMilliseconds: Milliseconds = 6000;
/** A pump just started must circulate within this [ms]. Source: choice: a ramp of 5 s, twice, and its slow reading. */
const proveMilliseconds: Milliseconds = 20_000;
/** The limit of a pump that is not proven yet keeps machines from waking; it sheds nothing [ms]. Choice. */
const patienceMilliseconds: Milliseconds = 600_000;

export interface PumpInput {
  readonly tank: Tank;
  readonly judgedOf: (point: string) => Judged;
  /** Voted coolant [°C]; null: not known. */
  readonly celsius: number | null;
  /** Every machine of the tank is proven asleep or without power. */
  readonly dead: boolean;
  /** A machine of the tank would be woken if the pump ran. */
  readonly wanted: boolean;
  /** A trip stands, the start is not complete, or another tank hangs on the same output. */
  readonly mustRun: boolean;
  /** A leak, a low level or smoke stops it. */
  readonly stopped: boolean;
  readonly now: Milliseconds;
}

/** Advances one pump. */
export function stepPump(before: PumpState, input: PumpInput): PumpState {
  const { tank, now } = input;
  const rests = restsOf(before, input);
  if (rests.resting) return { ...before, ...rests, proven: false, failingSince: null, standby: false };
  const startedAt = before.resting ? now : before.startedAt;
  if (tank.pump === null || input.stopped) return { ...before, ...rests, startedAt };
  const circulates = circulation(tank, before.standby, input);
  const proven = before.proven || circulates === "yes";
  const settling = now - startedAt < startMilliseconds;
  const fails = circulates === "no" && !settling;
  const failingSince = fails ? (before.failingSince ?? now) : null;
  const takesOver =
    tank.pump.standby !== undefined && failingSince !== null && now - failingSince >= failingMilliseconds;
  const standby = before.standby || takesOver;
  const same =
    startedAt === before.startedAt &&
    proven === before.proven &&
    failingSince === before.failingSince &&
    standby === before.standby &&
    rests.quietSince === before.quietSince &&
    !before.resting;
  return same ? before : { ...rests, startedAt, proven, failingSince, standby };
}

/** Rests after its time; runs at once when anything asks for it or is not known. */
function restsOf(before: PumpState, input: PumpInput): Pick<PumpState, "resting" | "quietSince"> {
  const { tank, now, celsius } = input;
  const after = tank.pump?.afterRunMilliseconds;
  const cool = celsius !== null && celsius < tank.coolant.releaseCelsius;
  if (after === undefined || input.mustRun || input.wanted || !input.dead || !cool)
    return { resting: false, quietSince: null };
  const quietSince = before.quietSince ?? now;
  return { resting: now - quietSince >= after, quietSince };
}

/** Whether the fluid moves, by the pump's own contact and by the flow. */
function circulation(tank: Tank, standby: boolean, { judgedOf, celsius }: PumpInput): "yes" | "no" | "unknown" {
  const contact = standby ? tank.pump?.standby?.feedback : tank.pump?.feedback;
  const runs = contact === null || contact === undefined ? null : judgedOf(contact);
  const flow = tank.flow === null ? null : judgedOf(tank.flow.point);
  if (runs?.quality === "good" && runs.value !== 1) return "no";
  if (flow?.quality === "good" && flow.value < flowNeeded(tank, celsius)) return "no";
  const shown = [runs, flow].filter((judged) => judged !== null);
  return shown.every(({ quality }) => quality === "good") ? "yes" : "unknown";
}

/** Neither its contact nor its flow can be asked for: it was stopped, or has just been started and nothing wakes before it proves itself. */
export function excused(
  { proven, startedAt }: PumpState,
  { pump }: Tank,
  outputs: Readonly<Record<PointName, number>>,
  now: Milliseconds,
): boolean {
  if (pump === null || pump.output === null) return false;
  return outputs[pump.output] === 0 || (!proven && now - startedAt < proveMilliseconds);
}

/** Machines wait until what was started circulates. */
export function prerunLimit(tank: Tank, { resting, proven }: PumpState): readonly Limit[] {
  if (proven && !resting) return [];
  const what = resting ? "rests; it runs first when power may come" : "was started and must prove itself first";
  const reason = { code: "cooling-prerun", text: `Pump of ${tank.name} ${what}.` } as const;
  return [
    {
      scope: `tank/${tank.name}`,
      ceilingWatts: 0,
      withinMilliseconds: patienceMilliseconds,
      source: "envelope",
      reason,
    },
  ];
}

/** A pump that failed is told of for as long as its standby runs for it. */
export function standbyWarning(tank: Tank, { standby }: PumpState): readonly Warning[] {
  if (!standby) return [];
  const text = `Pump of ${tank.name} failed and its standby runs: repair it, then restart weir or let the tank rest.`;
  return [{ name: `pump-standby ${tank.name}`, severity: "alarm", reason: { code: "pump-standby", text } }];
}
