/** A tiny plant that closes the loop around the core: machines that sleep and wake in their times, meters that add them up. Its truth is what tests assert. */

import { type ControlState, startControl } from "../../src/control/state.ts";
import { step } from "../../src/control/step.ts";
import type { Command } from "../../src/model/command.ts";
import type { Decision } from "../../src/model/decision.ts";
import type { ForeignFrames, ProcessImage } from "../../src/model/image.ts";
import type { MinerMode, MinerReport } from "../../src/model/miner.ts";
import type { Reading } from "../../src/model/reading.ts";
import type { Site } from "../../src/model/site.ts";
import { good, healthyReadings } from "./site-for-tests.ts";

interface PlantMachine {
  mode: MinerMode;
  watts: number;
  /** Since when the newest target has stood. */
  changingSince: number;
  target: string;
  /** Ignores every command. */
  deaf: boolean;
  /** Does not answer. */
  silent: boolean;
}

/** What a test may do to the plant between scans. */
export interface Plant {
  readonly site: Site;
  now: number;
  state: ControlState;
  decision: Decision | null;
  readonly machines: Map<string, PlantMachine>;
  /** Readings that are forced whatever the plant does; null removes the point. */
  readonly forced: Map<string, ((truth: number | null, now: number) => Reading | null) | null>;
  readonly contactors: Map<string, boolean>;
  readonly welded: Set<string>;
  /** What machines tell instead of the truth. */
  readonly reports: Map<string, (truth: MinerReport) => MinerReport>;
  /** Inlet temperatures that machines tell. */
  readonly inlets: Map<string, number>;
  storedRevision: number | null;
  heartbeats: boolean;
  stopping: boolean;
  image: ProcessImage | null;
  /** What the lines hear that is not ours. */
  foreignFrames: () => readonly ForeignFrames[];
  /** Machines need this many times their model's wake time until their power has come; above 1 it rises steadily, in 30 to 100 % of that. */
  wakeRatio: number;
  /** Whatever the site believes of them, its machines come up asleep. */
  sleepsAfterPower: boolean;
}

/** A plant with every machine hashing, before the first scan. */
export function startPlant(site: Site, now = 1000, state: ControlState = startControl(site, "none", now)): Plant {
  const machines = new Map(
    site.miners.map(({ name, model }) => {
      const watts = site.minerModels[model]?.ratedWatts ?? 0;
      const machine: PlantMachine = {
        mode: "hashing",
        watts,
        changingSince: -1e9,
        target: "leave",
        deaf: false,
        silent: false,
      };
      return [name, machine];
    }),
  );
  const contactors = new Map(
    site.branches.flatMap(({ name, contactor }) => (contactor === null ? [] : [[name, true]])),
  );
  return {
    site,
    now,
    state,
    decision: null,
    machines,
    forced: new Map(),
    contactors,
    welded: new Set(),
    reports: new Map(),
    inlets: new Map(),
    storedRevision: null,
    heartbeats: true,
    stopping: false,
    image: null,
    foreignFrames: () => [],
    wakeRatio: 0.9,
    sleepsAfterPower: false,
  };
}

/** True power of a branch [W]: what a perfect meter shows. */
export function trueWatts(plant: Plant, branchName: string): number {
  const branch = plant.site.branches.find(({ name }) => name === branchName);
  if (branch === undefined || plant.contactors.get(branchName) === false) return 0;
  const own = plant.site.miners
    .filter((miner) => miner.branch === branchName)
    .reduce((sum, { name }) => sum + (plant.machines.get(name)?.watts ?? 0), 0);
  const children = plant.site.branches.filter(({ parent }) => parent === branchName);
  return own + branch.auxiliaryWatts + children.reduce((sum, { name }) => sum + trueWatts(plant, name), 0);
}

/** One scan: the plant moves on by the given time, the core decides, the plant obeys. */
export function scan(plant: Plant, milliseconds = 1000, commands: readonly Command[] = []): Decision {
  plant.now += milliseconds;
  move(plant);
  const image = picture(plant, commands);
  const result = step(plant.state, image, plant.site);
  plant.image = image;
  plant.state = result.state;
  plant.decision = result.decision;
  obey(plant, result.decision);
  return result.decision;
}

/** Many scans of a second each; returns the last decision. */
export function run(plant: Plant, seconds: number, each: (decision: Decision) => void = () => {}): Decision {
  let last = plant.decision;
  for (let second = 0; second < seconds; second += 1) {
    last = scan(plant);
    each(last);
  }
  if (last === null) throw new Error("run needs at least one second");
  return last;
}

function move(plant: Plant): void {
  for (const { name, model: modelName, branch } of plant.site.miners) {
    const machine = plant.machines.get(name);
    const model = plant.site.minerModels[modelName];
    if (machine === undefined || model === undefined) continue;
    if (!isFed(plant, branch)) {
      machine.mode = "stopped";
      machine.watts = 0;
      machine.changingSince = plant.now;
      if (plant.sleepsAfterPower) machine.target = "sleep";
      else if (model.hashesAfterPowerCycle) machine.target = "run";
      continue;
    }
    const elapsed = plant.now - machine.changingSince;
    if (machine.target === "sleep" && elapsed >= model.sleepMilliseconds * 0.8) {
      machine.mode = "asleep";
      machine.watts = model.asleepWatts;
    }
    if (machine.target === "run" && plant.wakeRatio > 1) {
      // It tells that it hashes long before its power has settled.
      const share = elapsed / (model.wakeMilliseconds * plant.wakeRatio);
      machine.mode = share > 0.5 ? "hashing" : "starting";
      const risen = Math.max(0, Math.min(1, (share - 0.3) / 0.7));
      machine.watts = model.asleepWatts + (model.ratedWatts - model.asleepWatts) * risen;
      continue;
    }
    if (machine.target !== "run" || machine.mode === "hashing") continue;
    const settled = elapsed >= model.wakeMilliseconds * 0.9;
    machine.mode = settled ? "hashing" : "starting";
    machine.watts = settled
      ? model.ratedWatts
      : elapsed > model.wakeMilliseconds * 0.3
        ? model.peakWakeWatts
        : model.asleepWatts;
  }
}

function isFed(plant: Plant, branchName: string): boolean {
  const branch = plant.site.branches.find(({ name }) => name === branchName);
  if (branch === undefined) return true;
  if (plant.contactors.get(branchName) === false) return false;
  return branch.parent === null || isFed(plant, branch.parent);
}

function picture(plant: Plant, commands: readonly Command[]): ProcessImage {
  const { site, now } = plant;
  const power = Object.fromEntries(site.branches.map(({ name }) => [name, trueWatts(plant, name)]));
  const readings: Record<string, Reading> = { ...healthyReadings(site, now, power) };
  for (const { name, contactor } of site.branches)
    if (contactor !== null) readings[contactor.feedback] = good(plant.contactors.get(name) === false ? 0 : 1, now);
  for (const [point, force] of plant.forced) {
    const truth = readings[point];
    const forced = force?.(truth?.quality === "good" ? truth.value : null, now) ?? null;
    if (forced === null) delete readings[point];
    else readings[point] = forced;
  }
  const miners: Record<string, MinerReport> = {};
  for (const { name, branch } of site.miners) {
    const machine = plant.machines.get(name);
    if (machine === undefined || machine.silent || !isFed(plant, branch)) {
      miners[name] = { name, mode: "unknown", powerSource: "unknown", fault: "unreachable" };
      continue;
    }
    const hashrate = machine.mode === "hashing" ? 100 : 0;
    const truth: MinerReport = {
      name,
      at: now,
      mode: machine.mode,
      powerWatts: machine.watts,
      powerSource: "measured",
      hashrateTerahashesPerSecond: hashrate,
      ...(plant.inlets.has(name) ? { inletCelsius: plant.inlets.get(name) ?? 0 } : {}),
    };
    miners[name] = plant.reports.get(name)?.(truth) ?? truth;
  }
  return {
    now,
    wallClock: { unixMilliseconds: 1_795_390_000_000 + now, trusted: true },
    boot: "00".repeat(16),
    readings,
    miners,
    commands,
    heartbeat: plant.heartbeats
      ? { at: now, epoch: 1, number: Math.floor(now / 50) }
      : { at: null, epoch: 0, number: 0 },
    foreignFrames: plant.foreignFrames(),
    storedRevision: plant.storedRevision ?? plant.state.durable.revision,
    stopping: plant.stopping,
  };
}

function obey(plant: Plant, decision: Decision): void {
  for (const [name, target] of Object.entries(decision.minerTargets)) {
    const machine = plant.machines.get(name);
    if (machine === undefined || machine.deaf || machine.silent || target.mode === "leave") continue;
    if (machine.target === target.mode || (target.mode === "run" && machine.mode === "hashing")) continue;
    machine.target = target.mode;
    machine.changingSince = plant.now;
  }
  for (const { name, contactor } of plant.site.branches) {
    if (contactor === null) continue;
    const output = decision.outputs[contactor.output];
    if (output === 1) plant.contactors.set(name, true);
    if (output === 0 && !plant.welded.has(name)) plant.contactors.set(name, false);
  }
}
