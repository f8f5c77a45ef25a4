/** The simulated container: the plant in this process, its far ends in processes of their own, fed ten times a second. */
import type { Site } from "../../model/site.ts";
import { demoPlant } from "../plant/parameters.ts";
import { advance, type Plant, startPlant, supplied } from "../plant/plant.ts";
import { type FarEndProcess, startFarEnd } from "./far-end-process.ts";
import { boardSetup, lineSetup } from "./instruments.ts";
import { machineGroups, type Secrets, wiredMachines } from "./machines.ts";
import { boardName, effectsOn, heartbeatOutput, lineNames, outputsAtStart, terminals } from "./wiring.ts";

export interface ContainerOptions {
  /** Machines and their addresses are taken from it; the wiring is the demo's own. */
  readonly site: Site;
  /** Paths the serial ports are to be reached by, by line or board. */
  readonly ports: Readonly<Record<string, string>>;
  /** Passwords by the names the site uses. */
  readonly secrets: Secrets;
  /** False: somebody else's broker is used. */
  readonly ownBroker: boolean;
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
const ambientCelsius = 28;

/** Resolves when every far end may be reached; rejects, with all of them ended, when one cannot. */
export async function startContainer(options: ContainerOptions, listener: ContainerListener): Promise<DemoContainer> {
  const { site, log, ports } = options;
  const machines = wiredMachines(site);
  const machineWatts = new Map<string, number>();
  const outputs: Record<string, number> = { ...outputsAtStart };
  const brokenPumps = new Set<number>();
  let plant = startPlant(demoPlant);
  let brokerPort: number | null = null;
  let heartbeat = { level: Number.NaN, at: performance.now() };

  const start = (name: string, program: string, setup: () => unknown, take: (values: Values) => void): FarEndProcess =>
    startFarEnd(
      { name, module: new URL(`../wires/${program}.js`, import.meta.url), setup, log },
      { effects: take, died: (cause) => listener.died(name, cause), ready: () => listener.back(name) },
    );
  const portOf = (name: string): string => ports[name] ?? "";
  const takeOutputs = (values: Values): void => void Object.assign(outputs, values);
  const lines = lineNames.map((name) =>
    start(name, "modbus-line", () => lineSetup(name, portOf(name), outputs), takeOutputs),
  );
  const board = start(
    boardName,
    "firmata-board",
    () => boardSetup(portOf(boardName)),
    (values) => {
      const level = values[heartbeatOutput];
      if (level !== undefined && level !== heartbeat.level) heartbeat = { level, at: performance.now() };
    },
  );
  const rows = machineGroups(site, options.secrets).map((group) =>
    start(
      group.name,
      "miners",
      () => group.setup(machineWatts),
      (values) => {
        for (const [name, value] of Object.entries(values)) {
          const [machine = "", quantity] = name.split("/");
          if (quantity === "powerWatts") machineWatts.set(machine, value);
        }
      },
    ),
  );
  const brokers = !options.ownBroker
    ? []
    : [
        start(
          "broker",
          "broker",
          () => ({ port: brokerPort ?? 0 }),
          (values) => {
            brokerPort = values["port"] ?? brokerPort;
          },
        ),
      ];
  const farEnds = [...lines, board, ...rows, ...brokers];
  const stopAll = async (): Promise<void> => void (await Promise.all(farEnds.map((farEnd) => farEnd.stop())));
  const reached = await Promise.allSettled(farEnds.map((farEnd) => farEnd.reachable));
  const failed = reached.find((result) => result.status === "rejected");
  if (failed !== undefined) {
    await stopAll();
    throw failed.reason;
  }

  let before = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const elapsed = Math.min(longestTickMilliseconds, now - before);
    before = now;
    const heartbeatHolds = now - heartbeat.at < heartbeatMilliseconds;
    const effects = effectsOn(
      plant,
      machines,
      { machineWatts, outputs, heartbeatHolds },
      { brokenPumps, ambientCelsius },
    );
    plant = advance(plant, elapsed, effects);
    const truths = terminals(plant);
    for (const farEnd of [...lines, board]) farEnd.truth(truths[farEnd.name] ?? {});
    const surroundings = machineSurroundings();
    for (const row of rows) row.truth(surroundings);
  }, tickMilliseconds);
  /** A far end takes its own machines and leaves the others. */
  const machineSurroundings = (): Values => {
    const values: Record<string, number> = {};
    for (const { name, tank, branch } of machines) {
      values[`${name}/supplied`] = supplied(plant, branch) ? 1 : 0;
      values[`${name}/inletCelsius`] = Math.round(plant.tanks[tank]?.localCelsius ?? ambientCelsius);
    }
    return values;
  };
  return {
    plant: () => plant,
    tankWatts: (index) =>
      machines
        .filter((machine) => machine.tank === index)
        .reduce(
          (sum, machine) => sum + (supplied(plant, machine.branch) ? (machineWatts.get(machine.name) ?? 0) : 0),
          0,
        ),
    brokerPort,
    breakPump: (tank, broken) => void (broken ? brokenPumps.add(tank) : brokenPumps.delete(tank)),
    farEnds,
    stop: async () => {
      clearInterval(timer);
      await stopAll();
    },
  };
}
