/** What the core remembers of one machine, and what it takes from its newest report. */
import type { MinerPhase } from "../../model/decision.ts";
import { takesCommands } from "../../model/dialects.ts";
import type { MinerFault, MinerMode, MinerReport, MinerTarget } from "../../model/miner.ts";
import type { MinerPowerMode } from "../../model/miner-model.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { MinerModel } from "../../model/site.ts";
import { responseOf } from "./response.ts";

export interface MachineState {
  readonly phase: MinerPhase;
  /** Since when the phase holds. */
  readonly since: Milliseconds;
  /** `limit`: runs under a limit of ours; `restore`: is given its own back. */
  readonly command: "leave" | "sleep" | "run" | "limit" | "restore";
  readonly commandedAt: Milliseconds;
  /** We put it to sleep, so we may wake it. */
  readonly ours: boolean;
  /** What it drew when it was sent to sleep [W]; 0: unknown. */
  readonly baselineWatts: number;
  /** Highest power of its last reports awake [W]; 0: never seen awake. */
  readonly lastWatts: number;
  /** Measured while hashing, else rated [J/TH]. */
  readonly joulesPerTerahash: number;
  readonly inletCelsius: number | null;
  readonly inletAt: Milliseconds;
  /** As it told last; a report that does not tell it changes nothing. */
  readonly powerMode: MinerPowerMode | null;
  /** Starts by our doing, each fading over a day: its wear as it was at `wornAt`. */
  readonly wear: number;
  readonly wornAt: Milliseconds;
  /** Since when its sleep is proven; null: it is not asleep. */
  readonly asleepSince: Milliseconds | null;
  /** Since when it has been awake by our doing; null: it ran before us. */
  readonly wokenAt: Milliseconds | null;
  /** Since when it had slept when it was woken last; null: it never was. */
  readonly sleptSince: Milliseconds | null;
  /** It left the sleep we had proven, without our doing: since when. */
  readonly relapsedAt: Milliseconds | null;
  /** When its newest report was read, and the power it told [W]. */
  readonly reportAt: Milliseconds;
  readonly reportWatts: number;
  /** Its own power was still coming at the newest report: awake is not settled. */
  readonly rising: boolean;
  /** From a shed until its power is gone, as it counts: measured, or the model's own; during a shed never longer than when it began. */
  readonly responseMilliseconds: Milliseconds;
  /** What is known of its limits; null: it was never told one. */
  readonly trim: Trimming | null;
}

/** What is known of a machine's limits; kept when none is in force, for the next one. */
export interface Trimming {
  /** What its link is told while the command is `limit`; the same object until it changes. */
  readonly target: MinerTarget;
  /** The newest limit [W]; while its own is given back, what it draws without one of ours. */
  readonly limitWatts: number;
  /** Its own power once that holds [W]. */
  readonly wantedWatts: number;
  /** Its own power when it was told [W]. */
  readonly fromWatts: number;
  /** What it draws without a limit of ours [W]. */
  readonly wholeWatts: number;
  /** It has had its time, and its own power has been judged. */
  readonly settled: boolean;
  /** Own power for each watt of its limit, as measured; null: not yet. */
  readonly ratio: number | null;
  /** When it took a limit and drew as before; null: it never did. */
  readonly refusedAt: Milliseconds | null;
  readonly toldAt: Milliseconds;
  /** Which order the counts below belong to. */
  readonly orderSince: Milliseconds;
  /** Limits told for this order, the direction of the newest, and whether it has turned back. */
  readonly changes: number;
  readonly direction: "down" | "up";
  readonly turned: boolean;
}

/** What a report is worth at this moment. */
export interface Sighting {
  readonly fresh: boolean;
  /** When it was read [ms]; 0 while not fresh. */
  readonly at: Milliseconds;
  readonly mode: MinerMode;
  /** Power that means something [W]; null: it tells none. */
  readonly watts: number | null;
  /** The power is its own, not a plate's. */
  readonly ownPower: boolean;
  readonly terahashesPerSecond: number;
  readonly inletCelsius: number | null;
  readonly powerMode: MinerPowerMode | null;
  /** As it reads back [W]; null: none, or not told. */
  readonly limitWatts: number | null;
  /** A limit of ours is in force. */
  readonly limitIsOurs: boolean;
  readonly refused: boolean;
  readonly responseMilliseconds: Milliseconds;
}

/** Older reports tell nothing [ms]. Source: miners.md 2.2: a write to a Bitmain machine blocks it for 21 s; links read every few seconds. */
export const reportMaximumAgeMilliseconds: Milliseconds = 30_000;
/** Power above this share of the larger of rated and peak is not believed. Source: choice: a PSU cannot draw twice its plate. */
const believablePowerRatio = 2;

/** Power that grows faster than this share of the plate is still coming [1/s]. Source: choice: a full rise in 400 s; miners.md: machines need 60 to 300 s. */
const risingSharePerSecond = 0.0025;

/** A start counts like so much less after this [ms]. Source: choice: starts are counted by the day. */
const wearFadesMilliseconds: Milliseconds = 86_400_000;

/** Wear of a machine at a moment: about its starts of the last day. */
export function wearAt({ wear, wornAt }: MachineState, now: Milliseconds): number {
  return wear === 0 ? 0 : wear * Math.exp((wornAt - now) / wearFadesMilliseconds);
}

const refusals: ReadonlySet<MinerFault> = new Set([
  "credentials-refused",
  "write-access-disabled",
  "wrong-machine",
  "replaced-machine",
  "not-a-miner",
]);

/** A machine nothing is known about yet. `ours`: the store says that we put it to sleep. */
export function unseenMachine(model: MinerModel, ours: boolean, now: Milliseconds): MachineState {
  return {
    phase: "unreachable",
    since: now,
    command: "leave",
    commandedAt: now,
    // Its contactor's doing is nothing that a command could undo.
    ours: ours && takesCommands(model.dialect),
    baselineWatts: 0,
    lastWatts: 0,
    joulesPerTerahash: model.ratedWatts / model.ratedTerahashesPerSecond,
    inletCelsius: null,
    inletAt: 0,
    powerMode: null,
    wear: 0,
    wornAt: now,
    asleepSince: null,
    wokenAt: null,
    sleptSince: null,
    relapsedAt: null,
    reportAt: 0,
    reportWatts: 0,
    rising: false,
    responseMilliseconds: responseOf(model, undefined),
    trim: null,
  };
}

/** Reads a report as of now; one from the future, or older than `poweredSince`, tells nothing. */
export function sight(
  report: MinerReport | undefined,
  model: MinerModel,
  now: Milliseconds,
  poweredSince: Milliseconds,
): Sighting {
  const at = report?.at ?? Number.NaN;
  const refused = report?.fault !== undefined && refusals.has(report.fault);
  const fresh = at <= now && now - at <= reportMaximumAgeMilliseconds && at >= poweredSince;
  if (report === undefined || !fresh)
    return {
      fresh: false,
      at: 0,
      mode: "unknown",
      watts: null,
      ownPower: false,
      terahashesPerSecond: 0,
      inletCelsius: null,
      powerMode: null,
      limitWatts: null,
      limitIsOurs: false,
      refused,
      responseMilliseconds: responseOf(model, report?.provenResponse),
    };
  const watts = believableWatts(report, model);
  return {
    fresh: report.mode !== "unknown",
    at,
    mode: report.mode,
    watts,
    ownPower: watts !== null && (report.powerSource === "measured" || report.powerSource === "estimated"),
    terahashesPerSecond: finiteOr(report.hashrateTerahashesPerSecond, 0),
    inletCelsius:
      report.inletCelsius !== undefined && Number.isFinite(report.inletCelsius) ? report.inletCelsius : null,
    powerMode: report.powerMode ?? null,
    limitWatts: limitOf(report.limitWatts),
    limitIsOurs: report.limitIsOurs === true,
    refused,
    responseMilliseconds: responseOf(model, report.provenResponse),
  };
}

function believableWatts(report: MinerReport, model: MinerModel): number | null {
  const watts = finiteOr(report.powerWatts, -1);
  if (report.powerSource === "unknown" || watts < 0) return null;
  if (watts > believablePowerRatio * Math.max(model.ratedWatts, model.peakWakeWatts)) return null;
  // Source: miners.md: machines without a meter report 0 W while hashing.
  return watts === 0 && report.mode !== "asleep" && report.mode !== "stopped" ? null : watts;
}

/** What a sighting teaches for later: last power awake, efficiency, inlet. */
export function learn(machine: MachineState, sighting: Sighting, model: MinerModel): MachineState {
  if (!sighting.fresh || sighting.at === machine.reportAt) return machine;
  const { watts, terahashesPerSecond, inletCelsius } = sighting;
  const hashing = sighting.mode === "hashing";
  // Under a limit it is more efficient than it is whole.
  const whole = machine.command !== "limit" && machine.command !== "restore";
  const settled = hashing && whole && sighting.ownPower && (machine.phase === "hashing" || machine.phase === "trimmed");
  const joules =
    settled && watts !== null && terahashesPerSecond > 0 ? watts / terahashesPerSecond : machine.joulesPerTerahash;
  const risenWatts = (watts ?? 0) - machine.reportWatts;
  const newer = inletCelsius !== null && sighting.at > machine.inletAt;
  const seconds = (sighting.at - machine.reportAt) / 1000;
  // Written out: this copy is made for every machine at every report, and a spread takes ten times as long.
  return {
    phase: machine.phase,
    since: machine.since,
    command: machine.command,
    commandedAt: machine.commandedAt,
    ours: machine.ours,
    baselineWatts: machine.baselineWatts,
    wear: machine.wear,
    wornAt: machine.wornAt,
    asleepSince: machine.asleepSince,
    wokenAt: machine.wokenAt,
    sleptSince: machine.sleptSince,
    relapsedAt: machine.relapsedAt,
    joulesPerTerahash: joules,
    lastWatts: hashing && watts !== null ? watts : machine.lastWatts,
    reportAt: sighting.at,
    reportWatts: watts ?? 0,
    rising: sighting.ownPower && risenWatts > risingSharePerSecond * model.ratedWatts * seconds,
    inletCelsius: newer ? inletCelsius : machine.inletCelsius,
    inletAt: newer ? sighting.at : machine.inletAt,
    powerMode: sighting.powerMode ?? machine.powerMode,
    responseMilliseconds: promised(machine, sighting),
    trim: machine.trim,
  };
}

/** What others take meanwhile must not excuse it: with every late one of its model its own window would grow, and a whole fleet that does not obey would wait for its slowest. */
function promised({ phase, responseMilliseconds }: MachineState, sighting: Sighting): Milliseconds {
  return phase === "curtailing"
    ? Math.min(responseMilliseconds, sighting.responseMilliseconds)
    : sighting.responseMilliseconds;
}

/** Awake, as the machine itself tells. */
export function tellsAwake(sighting: Sighting): boolean {
  return sighting.fresh && (sighting.mode === "hashing" || sighting.mode === "starting");
}

/** Asleep, as the machine itself tells; proves nothing yet. */
export function tellsAsleep(sighting: Sighting): boolean {
  return sighting.fresh && (sighting.mode === "asleep" || sighting.mode === "stopped");
}

/** The same object where the phase holds already. */
export function enter(machine: MachineState, phase: MinerPhase, now: Milliseconds): MachineState {
  return machine.phase === phase ? machine : { ...machine, phase, since: now };
}

function limitOf(watts: number | undefined): number | null {
  return watts !== undefined && Number.isFinite(watts) && watts > 0 ? watts : null;
}

function finiteOr(value: number | undefined, otherwise: number): number {
  return value !== undefined && Number.isFinite(value) ? value : otherwise;
}
