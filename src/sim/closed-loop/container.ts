/** The container's truth: plant, machines, contactors and hard-wired interlocks, moved second by second by what is commanded and what is broken. */
import type { Fan } from "../../model/cooling.ts";
import type { MinerTarget } from "../../model/miner.ts";
import type { PointName } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";
import { advance, flowLitersPerMinute, type Plant, type PlantEffects, startPlant, supplied } from "../plant/plant.ts";
import type { Random } from "../random.ts";
import { customerOf, fanShare, fansOn, flowRatio } from "./cooling-effects.ts";
import type { Faults } from "./faults.ts";
import { drawMachine, forgetTarget, giveTarget, moveMachine, type SimulatedMachine, startUp } from "./machine.ts";
import { machineFaults } from "./machine-faults.ts";
import type { HiddenPlant } from "./plant-of-site.ts";

export interface Container {
  readonly site: Site;
  readonly hidden: HiddenPlant;
  readonly machines: readonly SimulatedMachine[];
  plant(): Plant;
  now(): number;
  ambientCelsius: number;
  /** Of the grid, or of a generator [Hz]. */
  frequencyHertz: number;
  /** Drawn by loads that are not interrupted [W]. */
  protectedLoadWatts: number;
  /** Drawn by the machines of each tank [W]. */
  tankWatts(): readonly number[];
  /** Whether a pump of a tank is told to run and its motor does. */
  runs(tank: string, which: "pump" | "standby"): boolean;
  fanRuns(fan: Fan): boolean;
  /** Whether the interlock of a tank holds the coils. */
  interlockHolds(tank: number): boolean;
  /** Returns the machines that are told to run and were not before. */
  command(
    targets: Readonly<Record<string, MinerTarget>>,
    outputs: Readonly<Record<PointName, number>>,
  ): readonly SimulatedMachine[];
  /** Somebody refills every tank that does not leak. */
  refill(): void;
  /** The controller's process died: links forget, outputs stay. */
  forget(): void;
  /** The timer relay in series with every contactor; false: it has dropped. */
  relay(holds: boolean): void;
  advance(milliseconds: number): void;
}

/** A hard-wired flow switch opens after this, and a thermostat this far above the trip [ms, K]; choice. */
const flowSwitchMilliseconds = 15_000;
const thermostatKelvin = 3;
/** After a black-out the modules are back after this [ms]; choice: an IO module boots in seconds. */
const moduleBootMilliseconds = 3000;
/** A late contactor opens after this where the fault does not say [s]; choice. */
const lateSeconds = 4;

export function openContainer(site: Site, hidden: HiddenPlant, faults: Faults, random: Random): Container {
  return new SimulatedContainer(site, hidden, faults, random);
}

class SimulatedContainer implements Container {
  readonly site: Site;
  readonly hidden: HiddenPlant;
  readonly machines: readonly SimulatedMachine[];
  ambientCelsius = 25;
  frequencyHertz = 60;
  protectedLoadWatts: number;
  readonly #faults: Faults;
  readonly #tankWatts: number[];
  readonly #branchWatts: [number, number, number][];
  readonly #interlockSince: (number | null)[];
  /** Tanks of the machines on each branch. */
  readonly #tanksOn: readonly (readonly number[])[];
  /** When each contactor was told to open; null: told to close. */
  readonly #openSince: (number | null)[];
  #plant: Plant;
  #now = 0;
  #faultsSeen = -1;
  #relayHolds = true;
  #darkUntil = Number.NEGATIVE_INFINITY;
  #commanded: Readonly<Record<PointName, number>> | null = null;
  /** As they were told last: the same object tells the links nothing new. */
  #targets: Readonly<Record<string, MinerTarget>> | null = null;
  /** Relays of the IO modules as they stand; 1 where nothing has been told yet. */
  #relays: Record<PointName, number> = {};

  constructor(site: Site, hidden: HiddenPlant, faults: Faults, random: Random) {
    this.site = site;
    this.hidden = hidden;
    this.#faults = faults;
    // Until a trace says otherwise racks idle along. Choice: half of what they may draw.
    this.protectedLoadWatts = site.branches.reduce(
      (sum, branch) => sum + (branch.protectedLoad?.ratedWatts ?? 0) / 2,
      0,
    );
    this.#plant = startPlant(hidden.parameters);
    const tanks = site.tanks.map(({ name }) => name);
    const branches = hidden.branches.map((index) => site.branches[index]?.name);
    this.machines = site.miners.flatMap((miner) => {
      const model = site.minerModels[miner.model];
      const place = { tank: tanks.indexOf(miner.tank), branch: branches.indexOf(miner.branch) };
      return model === undefined ? [] : [drawMachine(miner, model, place, random)];
    });
    this.#tankWatts = tanks.map(() => 0);
    this.#branchWatts = branches.map(() => [0, 0, 0]);
    this.#interlockSince = tanks.map(() => null);
    this.#openSince = branches.map(() => null);
    this.#tanksOn = branches.map((_, index) => [
      ...new Set(this.machines.filter(({ branch }) => branch === index).map(({ tank }) => tank)),
    ]);
    this.#sumUp();
  }

  plant(): Plant {
    return this.#plant;
  }

  now(): number {
    return this.#now;
  }

  tankWatts(): readonly number[] {
    return this.#tankWatts;
  }

  interlockHolds(tank: number): boolean {
    const since = this.#interlockSince[tank] ?? null;
    return since === null || this.#now - since < flowSwitchMilliseconds;
  }

  command(
    targets: Readonly<Record<string, MinerTarget>>,
    outputs: Readonly<Record<PointName, number>>,
  ): readonly SimulatedMachine[] {
    this.#commanded = outputs;
    if (targets === this.#targets) return [];
    this.#targets = targets;
    const woken: SimulatedMachine[] = [];
    for (const machine of this.machines) {
      const target = targets[machine.name];
      if (target !== undefined && giveTarget(machine, target, this.#now)) woken.push(machine);
    }
    return woken;
  }

  forget(): void {
    this.#commanded = null;
    this.#targets = null;
    for (const machine of this.machines) forgetTarget(machine);
  }

  refill(): void {
    const tanks = this.#plant.tanks.map((tank) => (tank.leaking ? tank : { ...tank, lostPercent: 0 }));
    this.#plant = { ...this.#plant, tanks };
  }

  relay(holds: boolean): void {
    this.#relayHolds = holds;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    this.#applyFaults();
    this.#driveRelays();
    this.#moveMachines();
    this.#plant = advance(this.#plant, milliseconds, this.#effects());
    this.#watchInterlocks();
  }

  #applyFaults(): void {
    if (this.#faultsSeen === this.#faults.version()) return;
    this.#faultsSeen = this.#faults.version();
    for (const machine of this.machines) {
      machine.faults = machineFaults(this.#faults, machine.name);
      const wakes = this.#faults.find("wakes-alone", machine.name);
      if (wakes !== null && machine.stage === "asleep") startUp(machine, this.#now);
    }
  }

  /** Modules without supply drop the contactors; cooling hangs on contacts that are closed at rest. */
  #driveRelays(): void {
    const dark = this.#faults.find("black-out") !== null;
    if (dark) {
      this.#darkUntil = this.#now + moduleBootMilliseconds;
      for (const { contactor } of this.site.branches) if (contactor !== null) this.#relays[contactor.output] = 0;
      for (const { pump } of this.site.tanks) if (pump?.output) this.#relays[pump.output] = 1;
    }
    if (this.#now < this.#darkUntil || this.#commanded === null) return;
    Object.assign(this.#relays, this.#commanded);
  }

  #moveMachines(): void {
    const fed = this.#branchWatts.map((_, index) => supplied(this.#plant, index));
    for (const machine of this.machines) {
      const tank = this.#plant.tanks[machine.tank];
      // With flow the inlet is as warm as the fluid; without, as what stands around the machine.
      const inlet =
        tank === undefined ? 0 : tank.bulkCelsius + (tank.localCelsius - tank.bulkCelsius) * (1 - tank.pumpRatio);
      moveMachine(machine, this.#now, fed[machine.branch] === true, inlet);
    }
    this.#sumUp();
  }

  #sumUp(): void {
    this.#tankWatts.fill(0);
    for (const phases of this.#branchWatts) phases.fill(0);
    const racks = this.hidden.branches.findIndex((index) => this.site.branches[index]?.protectedLoad !== undefined);
    this.#branchWatts[racks]?.fill(this.protectedLoadWatts / 3);
    for (const { tank, branch, phase, watts } of this.machines) {
      this.#tankWatts[tank] = (this.#tankWatts[tank] ?? 0) + watts;
      const phases = this.#branchWatts[branch];
      if (phases === undefined) continue;
      if (phase === -1) for (let line = 0; line < 3; line += 1) phases[line] = (phases[line] ?? 0) + watts / 3;
      else phases[phase] = (phases[phase] ?? 0) + watts;
    }
  }

  #effects(): PlantEffects {
    const { site } = this;
    const dark = this.#faults.find("black-out") !== null;
    const sag = this.#faults.find("sag");
    const cooler = this.#faults.find("cooler-fouled");
    return {
      tanks: site.tanks.map(({ name }, index) => ({
        machinesWatts: this.#tankWatts[index] ?? 0,
        pumpCommanded: this.runs(name, "pump") || this.runs(name, "standby"),
        pumpBroken: this.#faults.find("pump-broken", name) !== null && !this.runs(name, "standby"),
        flowRatio: flowRatio(this.#faults, name),
        leaking: this.#faults.find("leak", name) !== null,
      })),
      branches: this.#branchWatts.map((watts, index) => ({
        machinesWatts: [watts[0], watts[1], watts[2]],
        contactorCommanded: !dark && this.#coil(index),
        welded: this.#faults.find("contactor-welded", this.#branchName(index)) !== null,
      })),
      fanCommanded: this.#faults.find("fan-stopped") === null && fansOn(site, this.#relays),
      fanShare: fanShare(site, this.#relays, (fan) => this.fanRuns(fan)),
      ...customerOf(site, this.#relays, this.#faults),
      ambientCelsius: this.ambientCelsius,
      supplyRatio: dark ? 0 : (sag?.value ?? (sag === null ? 1 : 0.9)),
      coolerRatio: cooler === null ? 1 : (cooler.value ?? 0.5),
    };
  }

  #isOn(output: PointName | null): boolean {
    return output === null || (this.#relays[output] ?? 1) === 1;
  }

  runs(tank: string, which: "pump" | "standby"): boolean {
    const pump = this.site.tanks.find(({ name }) => name === tank)?.pump ?? null;
    if (which === "standby") return pump?.standby !== undefined && this.#isOn(pump.standby.output);
    return this.#faults.find("pump-stopped", tank) === null && this.#isOn(pump?.output ?? null);
  }

  fanRuns({ output }: Fan): boolean {
    const stands = this.#faults.find("fan-failed", output ?? "") !== null || this.#faults.find("fan-stopped") !== null;
    return !stands && this.#isOn(output) && !this.#plant.dark;
  }

  #branchName(index: number): string {
    return this.site.branches[this.hidden.branches[index] ?? -1]?.name ?? "";
  }

  /** Whether the contactor's armature is pulled in: output, timer relay and interlocks in series; a late one opens later. */
  #coil(index: number): boolean {
    const branch = this.site.branches[this.hidden.branches[index] ?? -1];
    const contactor = branch?.contactor ?? null;
    if (branch === undefined || contactor === null) return true;
    const held =
      this.#relayHolds &&
      this.#isOn(contactor.output) &&
      (this.#tanksOn[index] ?? []).every((tank) => this.interlockHolds(tank));
    if (held) {
      this.#openSince[index] = null;
      return true;
    }
    const since = this.#openSince[index] ?? this.#now;
    this.#openSince[index] = since;
    const late = this.#faults.find("contactor-late", branch.name);
    return late !== null && this.#now - since < (late.value ?? lateSeconds) * 1000;
  }

  #watchInterlocks(): void {
    for (const [index, { hardwiredInterlock, coolant, flow }] of this.site.tanks.entries()) {
      const tank = this.#plant.tanks[index];
      const parameters = this.hidden.parameters.tanks[index];
      if (!hardwiredInterlock || tank === undefined || parameters === undefined) continue;
      const starved = flow !== null && flowLitersPerMinute(parameters, tank) < flow.minimumLitersPerMinute / 2;
      const hot = tank.sensedCelsius >= coolant.tripCelsius + thermostatKelvin;
      this.#interlockSince[index] = starved || hot ? (this.#interlockSince[index] ?? this.#now) : null;
    }
  }
}
