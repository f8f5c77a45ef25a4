/** The simulated container: the plant in this process, its far ends in processes of their own, fed ten times a second. */
import { fail, type Result, succeed } from "../../model/result.ts";
import type { Site } from "../../model/site.ts";
import { advance, type Plant, startPlant, supplied } from "../plant/plant.ts";
import { type FarEndProcess, startFarEnd } from "./far-end-process.ts";
import { boardSetup, lineSetup } from "./instruments.ts";
import { drawPlant } from "./lot.ts";
import { machineGroups, type Secrets, wiredMachines } from "./machines.ts";
import {
  boardName,
  effectsOn,
  heartbeatOutput,
  lineNames,
  outputsAtStart,
  terminals,
  type WiredMachine,
} from "./wiring.ts";

export interface ContainerOptions {
  /** Machines and their addresses are taken from it; the wiring is the demo's own. */
  readonly site: Site;
  /** Paths the serial ports are to be reached by, by line or board. */
  readonly ports: Readonly<Record<string, string>>;
  /** Passwords by the names the site uses. */
  readonly secrets: Secrets;
  /** False: somebody else's broker is used. */
  readonly ownBroker: boolean;
  /** Weather and temperatures at the start. */
  readonly seed: number;
  /** File descriptor for what far ends print. */
  readonly log: number;
}

export interface ContainerListener {
  died(name: string, cause: string): void;
  back(name: string): void;
}

export interface DemoContainer {
  /** The truth, for judging the controller; never for its screen. */
  plant(): Plant;
  /** Drawn by all machines of a tank [W]. */
  tankWatts(index: number): number;
  /** Where the demo's own broker listens; null with somebody else's. */
  readonly brokerPort: number | null;
  breakPump(tank: number, broken: boolean): void;
  readonly farEnds: readonly FarEndProcess[];
  stop(): Promise<void>;
}

type Values = Readonly<Record<string, number>>;

const tickMilliseconds = 100;
/** A busy machine may fall behind; more than this is not caught up in one go [ms]; choice. */
const longestTickMilliseconds = 2000;
/** The timer relay drops the contactors when the heartbeat stands still for this long. Source: the design's chain of watchdogs. */
const heartbeatMilliseconds = 20_000;

/** What the far ends have told, newest. */
interface Field {
  readonly machineWatts: Map<string, number>;
  readonly outputs: Record<string, number>;
  heartbeat: { readonly level: number; readonly at: number };
  brokerPort: number | null;
}

interface FarEnds {
  readonly lines: readonly FarEndProcess[];
  readonly rows: readonly FarEndProcess[];
  readonly brokers: readonly FarEndProcess[];
}

/** Resolves when every far end may be reached; when one cannot, with why, and all of them ended. */
export async function startContainer(
  options: ContainerOptions,
  listener: ContainerListener,
): Promise<Result<DemoContainer, string>> {
  const field: Field = {
    machineWatts: new Map(),
    outputs: { ...outputsAtStart },
    heartbeat: { level: Number.NaN, at: performance.now() },
    brokerPort: null,
  };
  const { lines, rows, brokers } = startFarEnds(options, listener, field);
  const farEnds = [...lines, ...rows, ...brokers];
  const problems = (await Promise.all(farEnds.map((farEnd) => farEnd.reachable))).filter((text) => text !== null);
  if (problems.length > 0) {
    await stopAll(farEnds);
    return fail(problems.join("\n"));
  }
  const machines = wiredMachines(options.site);
  const { parameters, ambientCelsius } = drawPlant(options.seed);
  const brokenPumps = new Set<number>();
  let plant = startPlant(parameters);
  let before = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const elapsed = Math.min(longestTickMilliseconds, now - before);
    before = now;
    const { machineWatts, outputs } = field;
    const known = { machineWatts, outputs, heartbeatHolds: now - field.heartbeat.at < heartbeatMilliseconds };
    plant = advance(plant, elapsed, effectsOn(plant, machines, known, { brokenPumps, ambientCelsius }));
    const truths = terminals(plant);
    for (const line of lines) line.truth(truths[line.name] ?? {});
    const surroundings = machineSurroundings(plant, machines);
    for (const row of rows) row.truth(surroundings);
  }, tickMilliseconds);
  return succeed({
    plant: () => plant,
    tankWatts: (index) => {
      const drawing = machines.filter((machine) => machine.tank === index && supplied(plant, machine.branch));
      return drawing.reduce((sum, machine) => sum + (field.machineWatts.get(machine.name) ?? 0), 0);
    },
    brokerPort: field.brokerPort,
    breakPump: (tank, broken) => void (broken ? brokenPumps.add(tank) : brokenPumps.delete(tank)),
    farEnds,
    stop: async () => {
      clearInterval(timer);
      await stopAll(farEnds);
    },
  });
}

function startFarEnds(options: ContainerOptions, listener: ContainerListener, field: Field): FarEnds {
  const { site, log, ports, secrets, ownBroker } = options;
  const start = (name: string, program: string, setup: () => unknown, take: (values: Values) => void): FarEndProcess =>
    startFarEnd(
      { name, module: new URL(`../wires/${program}.js`, import.meta.url), setup, log },
      { effects: take, died: (cause) => listener.died(name, cause), ready: () => listener.back(name) },
    );
  const portOf = (name: string): string => ports[name] ?? "";
  const takeOutputs = (values: Values): void => void Object.assign(field.outputs, values);
  const takeBoard = (values: Values): void => {
    const level = values[heartbeatOutput];
    if (level !== undefined && level !== field.heartbeat.level) field.heartbeat = { level, at: performance.now() };
  };
  const takeMachines = (values: Values): void => {
    for (const [name, value] of Object.entries(values)) {
      const [machine = "", quantity] = name.split("/");
      if (quantity === "powerWatts") field.machineWatts.set(machine, value);
    }
  };
  const takeBroker = (values: Values): void => {
    if (values["port"] !== undefined) field.brokerPort = values["port"];
  };
  const lines = lineNames.map((name) =>
    start(name, "modbus-line", () => lineSetup(name, portOf(name), field.outputs), takeOutputs),
  );
  const board = start(boardName, "firmata-board", () => boardSetup(portOf(boardName)), takeBoard);
  const rows = machineGroups(site, secrets).map((group) =>
    start(group.name, "miners", () => group.setup(field.machineWatts), takeMachines),
  );
  const brokers = ownBroker ? [start("broker", "broker", () => ({ port: field.brokerPort ?? 0 }), takeBroker)] : [];
  return { lines: [...lines, board], rows, brokers };
}

async function stopAll(farEnds: readonly FarEndProcess[]): Promise<void> {
  await Promise.all(farEnds.map((farEnd) => farEnd.stop()));
}

/** For every machine of the site: a far end takes its own and leaves the others. */
function machineSurroundings(plant: Plant, machines: readonly WiredMachine[]): Values {
  const values: Record<string, number> = {};
  for (const { name, tank, branch } of machines) {
    values[`${name}/supplied`] = supplied(plant, branch) ? 1 : 0;
    values[`${name}/inletCelsius`] = Math.round(plant.tanks[tank]?.localCelsius ?? 0);
  }
  return values;
}
