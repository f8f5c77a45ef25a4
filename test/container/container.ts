/** A whole small container for tests: far ends in processes of their own, mosquitto, dispatch, `weir run`, and a trivial plant. */
import { join } from "node:path";
import { temporaryFolder } from "../store/examples.ts";
import { waitFor } from "../waiting.ts";
import { type Dispatcher, startDispatcher } from "./dispatcher.ts";
import { type FarEnd, startFarEnd } from "./far-end.ts";
import { type Mosquitto, startMosquitto } from "./mosquitto.ts";
import { auxiliaryWatts, containerName, machineWatts, minerLogin, siteName, writeSite } from "./site-file.ts";
import { machineName, startPlant, type TrivialPlant } from "./trivial-plant.ts";
import { startWeir, type WeirProcess } from "./weir-process.ts";

export interface ContainerOptions {
  /** Machines, each a far end of its own; 2 if absent. */
  readonly machines?: number;
  /** Of the container; enough for everything if absent. */
  readonly ratedWatts?: number;
  /** Machines that hash when the program first meets them; none if absent. */
  readonly running?: number;
  /** False: no hard-wired interlock guards the tank, but a contactor; true if absent. */
  readonly hardwired?: boolean;
  /** True: drives run pump and dry cooler; relays if absent. */
  readonly drives?: boolean;
  /** Top-level entries of the site file that replace the tests' own. */
  readonly entries?: Readonly<Record<string, unknown>>;
}

export interface Container extends TrivialPlant {
  readonly folder: string;
  readonly data: string;
  readonly sitePath: string;
  readonly feeder: FarEnd;
  readonly cooling: FarEnd;
  /** Null: there are none. */
  readonly drives: FarEnd | null;
  readonly miners: readonly FarEnd[];
  /** Another machine in its place: the same address, another MAC; it hashes. */
  replaceMiner(index: number): Promise<void>;
  readonly mosquitto: Mosquitto;
  readonly dispatcher: Dispatcher;
  /** Newest `state` and log lines, for messages. */
  state(): string;
  /** Resolves once the newest start of `weir run` has told that it is online and has heard the dispatcher live. */
  online(): Promise<void>;
  /** Resolves after the next heartbeats: a setpoint ends failsafe only once one was heard. */
  heartbeat(): Promise<void>;
  /** Newest start of `weir run`. */
  weir(): WeirProcess;
  startWeir(environment?: Readonly<Record<string, string>>, moreWords?: readonly string[]): WeirProcess;
  /** Another one on the same site and folder; not the newest start. */
  startSecond(): WeirProcess;
  stop(): Promise<void>;
}

/** A network of this process alone, so that test files may run beside each other. */
function networkOfProcess(): string {
  return `127.${20 + (process.pid % 200)}.${(process.pid >> 8) % 250}`;
}

const serial = { parity: "none", stopBits: 1 };

function feederLine(link: string): object {
  const devices = [{ name: "feeder-meter", kind: "eastron-sdm630-v2", address: 1 }];
  return { ...serial, link, baudRate: 19_200, devices };
}

function coolingLine(link: string): object {
  const devices = [
    { name: "pt100-a", kind: "eletechsup-pta8d08", address: 11 },
    { name: "pt100-b", kind: "eletechsup-pta8d08", address: 12 },
    { name: "ai8", kind: "waveshare-ai8", address: 21 },
    { name: "io", kind: "waveshare-io8", address: 31 },
  ];
  return { ...serial, link, baudRate: 38_400, devices };
}

function drivesLine(link: string): object {
  const devices = [
    { name: "pump", kind: "abb-acs355-ach550", address: 1 },
    { name: "dry-cooler", kind: "danfoss-fc51", address: 2 },
    { name: "dry-cooler-2", kind: "abb-acs355-ach550", address: 3 },
  ];
  return { ...serial, link, baudRate: 57_600, devices };
}

function machine(host: string, startAsleep: boolean, serialNumber = 0): object {
  const times = { sleepSeconds: 1, wakeSeconds: 2, bootSeconds: 0.2 };
  const watts = { ratedWatts: machineWatts, peakWakeWatts: machineWatts };
  return {
    ...minerLogin,
    machines: [{ name: machineName, kind: "whatsminer", host, ...watts, ...times, startAsleep, serialNumber }],
  };
}

/** Resolves once every far end, the broker and dispatch are up; `weir run` is started by the test. */
export async function startContainer(options: ContainerOptions = {}): Promise<Container> {
  const machines = options.machines ?? 2;
  const ratedWatts = options.ratedWatts ?? auxiliaryWatts + machines * machineWatts + 500;
  const folder = temporaryFolder();
  const port = (line: string): string => join(folder, `tty-${line}`);
  const ports = { feeder: port("feeder"), cooling: port("cooling"), drives: port("drives") };
  const network = networkOfProcess();
  const mosquitto = await startMosquitto(folder);
  const dispatcher = await startDispatcher(mosquitto.url, containerName, siteName);
  const { entries = {}, hardwired = true } = options;
  const drives = options.drives === true ? await startFarEnd("modbus-line", drivesLine(ports.drives)) : null;
  const wiring = { brokerUrl: mosquitto.url, ports, network, hardwired, drives: drives !== null };
  const sitePath = writeSite(folder, { machines, ratedWatts, entries, ...wiring });
  const [feeder, cooling, ...miners] = await Promise.all([
    startFarEnd("modbus-line", feederLine(ports.feeder)),
    startFarEnd("modbus-line", coolingLine(ports.cooling)),
    ...Array.from({ length: machines }, (_, index) =>
      startFarEnd("miners", machine(`${network}.${index + 1}`, index >= (options.running ?? 0))),
    ),
  ]);
  const plant = startPlant(feeder, cooling, miners);
  const programs = controlPrograms(sitePath, join(folder, "data"), dispatcher);
  return {
    ...plant,
    ...programs,
    folder,
    data: join(folder, "data"),
    sitePath,
    feeder,
    cooling,
    drives,
    miners,
    async replaceMiner(index) {
      await miners[index]?.kill();
      miners[index]?.forget();
      await miners[index]?.start(machine(`${network}.${index + 1}`, false, 77));
    },
    mosquitto,
    dispatcher,
    async stop() {
      plant.end();
      await programs.end();
      await dispatcher.stop();
      await Promise.all([mosquitto.stop(), feeder.stop(), cooling.stop(), drives?.stop()]);
      await Promise.all(miners.map((miner) => miner.stop()));
    },
  };
}

/** Every start of `weir run` on one site and folder. */
function controlPrograms(sitePath: string, data: string, dispatcher: Dispatcher) {
  const words = ["run", "--site", sitePath, "--data", data];
  const started: WeirProcess[] = [];
  let startedAt = 0;
  const weir = (): WeirProcess => {
    const newest = started.at(-1);
    if (newest === undefined) throw new Error("weir was not started");
    return newest;
  };
  const state = (): string => {
    const log = weir()
      .log()
      .slice(-12)
      .map((line) => line.slice(0, 200))
      .join("\n");
    const { acknowledgements: _, ...body } = dispatcher.newest("state")?.body ?? {};
    return `state ${JSON.stringify(body)}; the log:\n${log}`;
  };
  const heartbeat = async (): Promise<void> => {
    const heard = dispatcher.beats() + 2;
    await waitFor(() => dispatcher.beats() >= heard, { within: 5_000, what: "two heartbeats" });
  };
  return {
    weir,
    state,
    heartbeat,
    startWeir(environment: Readonly<Record<string, string>> = {}, moreWords: readonly string[] = []): WeirProcess {
      started.push(startWeir([...words, ...moreWords], environment));
      startedAt = performance.now();
      return weir();
    },
    startSecond: () => startWeir(words),
    async online(): Promise<void> {
      const isOnline = (): boolean =>
        dispatcher.received.some(
          ({ topic, body, at }) => topic === "status" && body["status"] === "online" && at > startedAt,
        );
      await waitFor(() => isOnline() || weir().ended(), { within: 15_000, what: () => `online; ${state()}` });
      if (weir().ended() !== null) throw new Error(`weir run ended: ${state()}`);
      await heartbeat();
    },
    async end(): Promise<void> {
      for (const one of started) if (one.ended() === null) one.signal("SIGKILL");
      await Promise.all(started.map((one) => one.end(5_000)));
    },
  };
}
