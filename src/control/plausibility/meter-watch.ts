/** One meter over time: what cannot be true for a while, digits that stand still under load, an energy counter that does not follow the power. */
import type { Milliseconds, Reading, Readings } from "../../model/reading.ts";
import { type MeterNames, momentOf } from "./meter-moment.ts";
import { judgeMeter, type MeterFinding, type MeterMoment } from "./meter-sense.ts";

/** What is remembered of a meter. */
export interface MeterWatch {
  /** Since when the same kind of finding stands, by its kind. */
  readonly since: Readonly<Record<string, Milliseconds>>;
  /** Its digits, and since when they have been these; the time of the newest sample that showed them. */
  readonly digits: string;
  readonly digitsSince: Milliseconds;
  readonly digitsAt: Milliseconds;
  /** Energy by its counter and by its power since the window began; null: none runs. */
  readonly window: EnergyWindow | null;
  /** The last whole window did not fit: what the counter said, and what power made [Wh]. */
  readonly energyFault: { readonly countedWattHours: number; readonly drawnWattHours: number } | null;
}

interface EnergyWindow {
  readonly startedAt: Milliseconds;
  readonly startWattHours: number;
  readonly drawnWattHours: number;
  readonly at: Milliseconds;
  readonly watts: number;
}

export interface MeterVerdict {
  readonly watch: MeterWatch;
  /** Stood long enough to count. */
  readonly findings: readonly MeterFinding[];
  /** For how long no digit has changed under load [ms]; 0: it lives. */
  readonly frozenMilliseconds: Milliseconds;
}

export const unwatched: MeterWatch = {
  since: {},
  digits: "",
  digitsSince: 0,
  digitsAt: 0,
  window: null,
  energyFault: null,
};

/** Blocks of one meter are read one after the other, and a load may change between them: only what stands this long counts. Choice. */
const standingMilliseconds = 10_000;
/** Samples of one meter this far apart are one moment. Choice: three polls of a slow line. */
const spreadMilliseconds = 3000;
/** No container stands still to the last digit of voltage, current and frequency for this long. Choice. */
const frozenMilliseconds = 300_000;
/** Below this much power a meter may well stand still [W]. */
const loadWatts = 500;
/** Energy is compared over this time: counters of 0.1 kWh step often enough then. Choice. */
const windowMilliseconds = 900_000;
/** Samples further apart than this say nothing of what was drawn between them. Choice. */
const longestGapMilliseconds = 10_000;
/** Two class 1 measurements, a counter's step, and samples that are not a mean. Choice. */
const energyRatio = 0.1;
const energyStepWattHours = 200;
/** A window with less is too small to tell, and a counter may stand so long: two steps of the coarsest, 1 kWh [Wh]. */
const leastWattHours = 2000;
const millisecondsPerHour = 3_600_000;

/** Looks at one meter's readings of this scan. */
export function watchMeter(before: MeterWatch, names: MeterNames, readings: Readings, now: Milliseconds): MeterVerdict {
  const moment = momentOf(names, readings, spreadMilliseconds);
  const since: Record<string, Milliseconds> = {};
  const findings: MeterFinding[] = [];
  for (const finding of judgeMeter(moment)) {
    const at = before.since[finding.kind] ?? now;
    since[finding.kind] = at;
    if (now - at >= standingMilliseconds) findings.push(finding);
  }
  const digits = watchDigits(before, moment, readings[names.powerWatts], readings[names.energyWattHours]);
  const energy = watchEnergy(before, readings[names.powerWatts], readings[names.energyWattHours]);
  return {
    watch: { since, ...digits, ...energy },
    findings,
    frozenMilliseconds: frozenFor(digits, moment, readings[names.energyWattHours]),
  };
}

/** A counter that stands with the digits proves nothing before it should have stepped. */
function frozenFor(
  { digits, digitsAt, digitsSince }: Digits,
  { powerWatts }: MeterMoment,
  energy: Reading | undefined,
) {
  const standing = digits === "" ? 0 : digitsAt - digitsSince;
  const drawnWattHours = (Math.abs(powerWatts ?? 0) * standing) / millisecondsPerHour;
  const due = energy?.quality !== "good" || drawnWattHours >= leastWattHours;
  return standing >= frozenMilliseconds && due ? standing : 0;
}

type Digits = Pick<MeterWatch, "digits" | "digitsSince" | "digitsAt">;

/**
 * Only a meter that tells its frequency and every phase is expected to move: a lone power may stand still. Its energy counter is one of the
 * digits: a load may be constant to the last digit, but then it goes on being counted.
 */
function watchDigits(
  before: MeterWatch,
  moment: MeterMoment,
  power: Reading | undefined,
  energy: Reading | undefined,
): Digits {
  const { powerWatts, frequencyHertz, phases } = moment;
  const values = [powerWatts, frequencyHertz];
  for (const { voltageVolts, currentAmperes } of phases) values.push(voltageVolts, currentAmperes);
  const whole = phases.length > 0 && !values.includes(null);
  if (power === undefined || powerWatts === null || !whole || Math.abs(powerWatts) < loadWatts)
    return { digits: "", digitsSince: 0, digitsAt: 0 };
  const digits = [...values, energy?.quality === "good" ? energy.value : ""].join(" ");
  if (digits !== before.digits) return { digits, digitsSince: power.at, digitsAt: power.at };
  return { digits, digitsSince: before.digitsSince, digitsAt: power.at };
}

type Energy = Pick<MeterWatch, "window" | "energyFault">;

function watchEnergy(
  { window, energyFault }: MeterWatch,
  power: Reading | undefined,
  energy: Reading | undefined,
): Energy {
  if (power?.quality !== "good" || energy?.quality !== "good") return { window: null, energyFault };
  const { at, value: watts } = power;
  const fresh: EnergyWindow = { startedAt: at, startWattHours: energy.value, drawnWattHours: 0, at, watts };
  if (window === null || at - window.at > longestGapMilliseconds || at < window.at)
    return { window: fresh, energyFault };
  const drawnWattHours =
    window.drawnWattHours + (((window.watts + watts) / 2) * (at - window.at)) / millisecondsPerHour;
  const grown: EnergyWindow = { ...window, drawnWattHours, at, watts };
  // Counters are read more seldom than power: the window ends with a fresh count.
  if (at - window.startedAt < windowMilliseconds || at - energy.at > longestGapMilliseconds)
    return { window: grown, energyFault };
  const countedWattHours = energy.value - window.startWattHours;
  // Counters of 32 bits begin anew, and a new meter begins at nothing: what was counted in between is not known.
  if (countedWattHours < 0) return { window: fresh, energyFault };
  const allowed = energyRatio * drawnWattHours + energyStepWattHours;
  const wrong = drawnWattHours >= leastWattHours && Math.abs(countedWattHours - drawnWattHours) > allowed;
  return { window: fresh, energyFault: wrong ? { countedWattHours, drawnWattHours } : null };
}
