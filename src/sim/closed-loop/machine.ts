/** One simulated machine and its link: what it draws, what it tells, when it obeys. Its hidden figures differ from its plate. */
import { takesCommands, tellsItself } from "../../model/dialects.ts";
import type { MinerMode, MinerReport, MinerTarget } from "../../model/miner.ts";
import type { MinerModel, MinerSite } from "../../model/site.ts";
import type { Random } from "../random.ts";
import { hiddenLimit, runningWatts, takeLimit } from "./machine-limit.ts";

export type MachineStage = "off" | "booting" | "asleep" | "curtailing" | "waking" | "hashing";

/** Faults of one machine, looked up when one changes. */
export interface MachineFaults {
  readonly deaf: boolean;
  readonly unreachable: boolean;
  /** Somebody changed its password. */
  readonly refuses: boolean;
  /** Falls asleep this many times later. */
  readonly slowRatio: number;
  /** Its own power is told with this factor on top. */
  readonly reportRatio: number;
  readonly reportsNoPower: boolean;
  /** Somebody trimmed it to this share. */
  readonly trimRatio: number;
  /** Takes a limit, reads it back, and draws as before. */
  readonly ignoresLimits: boolean;
  /** A limit starts its mining anew, whatever its maker says. */
  readonly limitRestarts: boolean;
}

const leave: MinerTarget = { mode: "leave" };

export const soundMachine: MachineFaults = {
  deaf: false,
  unreachable: false,
  refuses: false,
  slowRatio: 1,
  reportRatio: 1,
  reportsNoPower: false,
  trimRatio: 1,
  ignoresLimits: false,
  limitRestarts: false,
};

export interface SimulatedMachine {
  readonly name: string;
  readonly model: MinerModel;
  readonly tank: number;
  readonly branch: number;
  /** 0 to 2; -1: on all three. */
  readonly phase: number;
  readonly hiddenWatts: number;
  readonly peakWatts: number;
  readonly terahashesPerSecond: number;
  readonly sleepMilliseconds: number;
  readonly wakeMilliseconds: number;
  readonly bootMilliseconds: number;
  readonly ownMeterRatio: number;
  /** What it draws for each watt of a limit, and how long it takes to get there. */
  readonly limitRatio: number;
  readonly limitMilliseconds: number;
  readonly linkMilliseconds: number;
  readonly pollMilliseconds: number;
  stage: MachineStage;
  /** Since when the stage holds [ms]. */
  since: number;
  watts: number;
  wattsAtSleep: number;
  want: MinerTarget;
  /** The limit in force [W], which it read back; null: its own, which it does not reach. */
  limitWatts: number | null;
  /** What it drew when that came, and when [W, ms]. */
  limitedFromWatts: number;
  limitedAt: number;
  /** Its link has not seen its own limit again yet. */
  limitIsOurs: boolean;
  /** When the newest target reaches the machine [ms]; infinite: nothing under way. */
  sendAt: number;
  sentAt: number;
  nextPollAt: number;
  starts: number;
  faults: MachineFaults;
  report: MinerReport;
}

/** Shares of the wake time: nothing yet, ramp, plateau at the peak, settling. Choice: shaped like a fast boot. */
const wakeShares = { dark: 0.2, ramp: 0.6, plateau: 0.85 };
/** Share of the sleep time in which nothing is seen yet. Choice. */
const sleepDarkShare = 0.5;
/** A control board boots in about this [ms]; choice. */
const bootMilliseconds = 25_000;
/** A link that reads another mode than it wants tries again after this [ms]; choice: as its bounded retries. */
const retryMilliseconds = 15_000;

/** Draws a machine. Hidden times are shorter than the promised ones, powers around their plates. */
export function drawMachine(
  miner: MinerSite,
  model: MinerModel,
  place: { readonly tank: number; readonly branch: number },
  random: Random,
): SimulatedMachine {
  const hiddenWatts = model.ratedWatts * random.between(0.94, 1.03);
  const pollMilliseconds = random.between(3000, 8000);
  return {
    name: miner.name,
    model,
    ...place,
    phase: miner.phase === null ? -1 : miner.phase - 1,
    hiddenWatts,
    peakWatts: Math.max(hiddenWatts, model.peakWakeWatts * random.between(0.95, 1.01)),
    terahashesPerSecond: model.ratedTerahashesPerSecond * random.between(0.95, 1.03),
    sleepMilliseconds: model.sleepMilliseconds * random.between(0.4, 0.95),
    wakeMilliseconds: model.wakeMilliseconds * random.between(0.6, 0.97),
    bootMilliseconds: bootMilliseconds * random.between(0.7, 1.4),
    ownMeterRatio: random.between(0.97, 1.03),
    ...hiddenLimit(model, random.fork(miner.name)),
    linkMilliseconds: random.between(300, 2500),
    pollMilliseconds,
    stage: "hashing",
    since: -1e9,
    watts: hiddenWatts,
    wattsAtSleep: hiddenWatts,
    want: leave,
    limitWatts: null,
    limitedFromWatts: 0,
    limitedAt: -1e9,
    limitIsOurs: false,
    sendAt: Number.POSITIVE_INFINITY,
    sentAt: Number.NEGATIVE_INFINITY,
    nextPollAt: random.between(0, pollMilliseconds),
    starts: 0,
    faults: soundMachine,
    report: { name: miner.name, mode: "unknown", powerSource: "unknown", fault: "not-read-yet" },
  };
}

/** The newest target of its link; true: it is told to run, and was not before. */
export function giveTarget(machine: SimulatedMachine, target: MinerTarget, now: number): boolean {
  const { want } = machine;
  const sameLimit = want.mode === "limit" && target.mode === "limit" && want.watts === target.watts;
  if (want.mode === target.mode && (want.mode !== "limit" || sameLimit)) return false;
  machine.want = target;
  machine.sendAt = target.mode === "leave" ? Number.POSITIVE_INFINITY : now + machine.linkMilliseconds;
  // One that hashes gets its own limit back.
  return target.mode === "run" && (machine.stage !== "hashing" || !machine.limitIsOurs);
}

/** The controller's process is gone, and with it the link's memory. */
export function forgetTarget(machine: SimulatedMachine): void {
  machine.want = leave;
  machine.sendAt = Number.POSITIVE_INFINITY;
}

/** Time passes up to `now`. */
export function moveMachine(machine: SimulatedMachine, now: number, supplied: boolean, inletCelsius: number): void {
  if (!supplied) {
    if (machine.stage !== "off") enter(machine, "off", now);
    machine.watts = 0;
  } else if (machine.stage === "off") enter(machine, "booting", now);
  if (machine.sendAt <= now && reachable(machine)) obey(machine, now);
  machine.watts = supplied ? wattsAt(machine, now) : 0;
  if (machine.nextPollAt <= now) poll(machine, now, inletCelsius);
}

function enter(machine: SimulatedMachine, stage: MachineStage, now: number): void {
  machine.stage = stage;
  machine.since = now;
}

function reachable(machine: SimulatedMachine): boolean {
  return !machine.faults.unreachable && machine.stage !== "off" && machine.stage !== "booting";
}

function obey(machine: SimulatedMachine, now: number): void {
  machine.sendAt = Number.POSITIVE_INFINITY;
  machine.sentAt = now;
  const { mode } = machine.want;
  if (mode !== "leave")
    machine.report = { ...machine.report, command: { target: machine.want, sentAt: now, attempts: 1 } };
  if (machine.faults.deaf || machine.faults.refuses || !takesCommands(machine.model.dialect)) return;
  const taken = machine.want.mode === "limit" && takeLimit(machine, machine.want.watts, now);
  const givenBack = mode === "run" && machine.limitIsOurs && takeLimit(machine, null, now);
  if ((taken || givenBack) && machine.stage === "hashing" && machine.faults.limitRestarts) startUp(machine, now);
  if (mode === "sleep" && (machine.stage === "hashing" || machine.stage === "waking")) {
    machine.wattsAtSleep = machine.watts;
    enter(machine, "curtailing", now);
  }
  if (mode === "run" && (machine.stage === "asleep" || machine.stage === "curtailing")) startUp(machine, now);
}

/** It wakes, by order or by itself. */
export function startUp(machine: SimulatedMachine, now: number): void {
  machine.starts += 1;
  enter(machine, "waking", now);
}

function wattsAt(machine: SimulatedMachine, now: number): number {
  const { model, faults } = machine;
  const running = runningWatts(machine, now);
  switch (machine.stage) {
    case "off":
      return 0;
    case "booting":
      if (now - machine.since < machine.bootMilliseconds) return model.asleepWatts;
      if (model.hashesAfterPowerCycle) startUp(machine, now);
      else enter(machine, "asleep", now);
      return model.asleepWatts;
    case "asleep":
      return model.asleepWatts;
    case "curtailing": {
      const share = (now - machine.since) / (machine.sleepMilliseconds * faults.slowRatio);
      if (share >= 1) {
        enter(machine, "asleep", now);
        return model.asleepWatts;
      }
      const down = Math.max(0, (share - sleepDarkShare) / (1 - sleepDarkShare));
      return machine.wattsAtSleep + (model.asleepWatts - machine.wattsAtSleep) * down;
    }
    case "waking": {
      const share = (now - machine.since) / machine.wakeMilliseconds;
      if (share >= 1) {
        enter(machine, "hashing", now);
        return running;
      }
      if (share < wakeShares.dark) return model.asleepWatts;
      if (share < wakeShares.ramp) {
        const up = (share - wakeShares.dark) / (wakeShares.ramp - wakeShares.dark);
        return model.asleepWatts + (machine.peakWatts - model.asleepWatts) * up;
      }
      if (share < wakeShares.plateau) return machine.peakWatts;
      const settled = (share - wakeShares.plateau) / (1 - wakeShares.plateau);
      return machine.peakWatts + (running - machine.peakWatts) * settled;
    }
    case "hashing":
      return running;
  }
}

/** What it hashes [TH/s]. */
export function hashrateOf(machine: SimulatedMachine): number {
  return machine.stage === "hashing" ? (machine.terahashesPerSecond * machine.watts) / machine.hiddenWatts : 0;
}

function poll(machine: SimulatedMachine, now: number, inletCelsius: number): void {
  machine.nextPollAt = now + machine.pollMilliseconds;
  if (!reachable(machine) || !tellsItself(machine.model.dialect)) {
    machine.report = { ...machine.report, fault: "unreachable" };
    return;
  }
  const mode = toldMode(machine, now);
  const { refuses, reportsNoPower, reportRatio } = machine.faults;
  const { command } = machine.report;
  const report: MinerReport = {
    name: machine.name,
    ...(refuses ? { fault: "credentials-refused" as const } : {}),
    at: now,
    mode,
    powerWatts: reportsNoPower ? 0 : Math.round(machine.watts * machine.ownMeterRatio * reportRatio),
    powerSource: reportsNoPower ? "unknown" : "measured",
    hashrateTerahashesPerSecond: hashrateOf(machine),
    ...(machine.limitWatts === null ? {} : { limitWatts: machine.limitWatts }),
    ...(machine.limitIsOurs ? { limitIsOurs: true as const } : {}),
    inletCelsius: Math.round(inletCelsius * 10) / 10,
  };
  machine.report = command === undefined ? report : { ...report, command };
  const { mode: want } = machine.want;
  const contradicts = (want === "sleep" && mode !== "asleep") || (want === "run" && mode === "asleep");
  if (contradicts && machine.sendAt > now && now - machine.sentAt >= retryMilliseconds) machine.sendAt = now;
}

function toldMode(machine: SimulatedMachine, now: number): MinerMode {
  switch (machine.stage) {
    case "curtailing":
      return now - machine.since < machine.sleepMilliseconds * sleepDarkShare ? "hashing" : "asleep";
    case "waking":
      return now - machine.since < machine.wakeMilliseconds * wakeShares.ramp ? "starting" : "hashing";
    case "hashing":
      return "hashing";
    default:
      return "asleep";
  }
}
