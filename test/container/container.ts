/** A whole small container for tests: far ends in processes of their own, mosquitto, dispatch, `weir run`, and a trivial plant. */
import { join } from "node:path";
import { temporaryFolder } from "../store/examples.ts";
import { waitFor } from "../waiting.ts";
import { type Dispatcher, startDispatcher } from "./dispatcher.ts";
import { type FarEnd, startFarEnd } from "./far-end.ts";
import { type Mosquitto, startMosquitto } from "./mosquitto.ts";
import { auxiliaryWatts, containerName, machineWatts, minerLogin, siteName, writeSite } from "./site-file.ts";
import { startWeir, type WeirProcess } from "./weir-process.ts";

export interface ContainerOptions {
  /** Machines, each a far end of its own; 2 if absent. */
  readonly machines?: number;
  /** Of the container; enough for everything if absent. */
  readonly ratedWatts?: number;
  /** Machines that hash when the program first meets them; none if absent. */
  readonly running?: number;
  /** Top-level entries of the site file that replace the tests' own. */
  readonly entries?: Readonly<Record<string, unknown>>;
}

export interface Container {
  readonly folder: string;
  readonly data: string;
  readonly sitePath: string;
  readonly feeder: FarEnd;
  readonly cooling: FarEnd;
  readonly miners: readonly FarEnd[];
  readonly mosquitto: Mosquitto;
  readonly dispatcher: Dispatcher;
  /** What flows through the feeder in truth [W]. */
  feederWatts(): number;
  /** Highest truth of the feeder since the last call [W]. */
  takeHighestWatts(): number;
  /** Highest simultaneous count is the plant's; this is one machine's [W]. */
  minerWatts(index: number): number;
  /** A machine whose far end is dead draws nothing. */
  forgetMiner(index: number): void;
  /** Newest `state` and log lines, for messages. */
  state(): string;
  /** Resolves once the newest start of `weir run` has told that it is online. */
  online(): Promise<void>;
  /** Replaces what the meter is told of the truth [W]. */
  meterShows(shown: (watts: number) => number): void;
  /** Truth of the cooling instruments, over what the plant says of itself. */
  coolingTruth(values: Readonly<Record<string, number>>): void;
  /** Newest start of `weir run`. */
  weir(): WeirProcess;
  startWeir(environment?: Readonly<Record<string, string>>): WeirProcess;
  /** Another one on the same site and folder; not the newest start. */
  startSecond(): WeirProcess;
  stop(): Promise<void>;
}

/** The plant is advanced this often [ms]. Choice: far below the meter's refresh. */
const tickMilliseconds = 50;

/** A network of this process alone, so that test files may run beside each other. */
function networkOfProcess(): string {
  return `127.${20 + (process.pid % 200)}.${(process.pid >> 8) % 250}`;
}

const serial = { parity: "none", stopBits: 1 };
const lineSetups = {
  feeder: (link: string) => ({
    ...serial,
    link,
    baudRate: 19_200,
    devices: [{ name: "feeder-meter", kind: "eastron-sdm630-v2", address: 1 }],
  }),
  cooling: (link: string) => ({
    ...serial,
    link,
    baudRate: 38_400,
    devices: [
      { name: "pt100-a", kind: "eletechsup-pta8d08", address: 11 },
      { name: "pt100-b", kind: "eletechsup-pta8d08", address: 12 },
      { name: "ai8", kind: "waveshare-ai8", address: 21 },
      { name: "io", kind: "waveshare-io8", address: 31 },
    ],
  }),
};

/** Resolves once every far end, the broker and dispatch are up; `weir run` is started by the test. */
export async function startContainer(options: ContainerOptions = {}): Promise<Container> {
  const machines = options.machines ?? 2;
  const ratedWatts = options.ratedWatts ?? auxiliaryWatts + machines * machineWatts + 500;
  const folder = temporaryFolder();
  const ports = { feeder: join(folder, "tty-feeder"), cooling: join(folder, "tty-cooling") };
  const network = networkOfProcess();
  const data = join(folder, "data");
  const mosquitto = await startMosquitto(folder);
  const dispatcher = await startDispatcher(mosquitto.url, containerName, siteName);
  const sitePath = writeSite(folder, {
    machines,
    ratedWatts,
    brokerUrl: mosquitto.url,
    ports,
    network,
    entries: options.entries ?? {},
  });
  const [feeder, cooling, ...miners] = await Promise.all([
    startFarEnd("modbus-line", lineSetups.feeder(ports.feeder)),
    startFarEnd("modbus-line", lineSetups.cooling(ports.cooling)),
    ...Array.from({ length: machines }, (_, index) =>
      startFarEnd("miners", {
        ...minerLogin,
        machines: [
          {
            name: "w",
            kind: "whatsminer",
            host: `${network}.${index + 1}`,
            ratedWatts: machineWatts,
            peakWakeWatts: machineWatts,
            sleepSeconds: 1,
            wakeSeconds: 2,
            bootSeconds: 0.2,
            startAsleep: index >= (options.running ?? 0),
          },
        ],
      }),
    ),
  ]);

  const started: WeirProcess[] = [];
  let startedAt = 0;
  let shown = (watts: number): number => watts;
  let highest = 0;
  const minerWatts = (index: number): number => miners[index]?.effects()["w/powerWatts"] ?? 0;
  const newestWeir = (): WeirProcess => {
    const newest = started.at(-1);
    if (newest === undefined) throw new Error("weir was not started");
    return newest;
  };
  const state = (): string =>
    `state ${JSON.stringify(dispatcher.newest("state")?.body)}; the log:\n${newestWeir().log().slice(-15).join("\n")}`;
  const feederWatts = (): number => miners.reduce((sum, _, index) => sum + minerWatts(index), auxiliaryWatts);
  const tick = (): void => {
    highest = Math.max(highest, feederWatts());
    feeder.truth({ "feeder-meter/powerWatts": shown(feederWatts()) });
  };
  cooling.truth({
    "pt100-a/input1Celsius": 40,
    "pt100-b/input1Celsius": 40.2,
    "ai8/input1Milliamperes": 12,
    "io/input1": 1,
    "io/input2": 1,
  });
  tick();
  const timer = setInterval(tick, tickMilliseconds);

  return {
    folder,
    data,
    sitePath,
    feeder,
    cooling,
    miners,
    mosquitto,
    dispatcher,
    feederWatts,
    takeHighestWatts: () => {
      const taken = highest;
      highest = 0;
      return taken;
    },
    minerWatts,
    meterShows: (wanted) => {
      shown = wanted;
    },
    coolingTruth: (values) => cooling.truth(values),
    weir: newestWeir,
    state,
    forgetMiner: (index) => miners[index]?.forget(),
    async online() {
      const isOnline = (): boolean =>
        dispatcher.received.some(
          ({ topic, body, at }) => topic === "status" && body["status"] === "online" && at > startedAt,
        );
      await waitFor(isOnline, { within: 15_000, what: () => `online; ${state()}` });
    },
    startWeir: (environment) => {
      const weir = startWeir(["run", "--site", sitePath, "--data", data], environment);
      started.push(weir);
      startedAt = performance.now();
      return weir;
    },
    startSecond: () => startWeir(["run", "--site", sitePath, "--data", data]),
    async stop() {
      clearInterval(timer);
      for (const weir of started) if (weir.ended() === null) weir.signal("SIGKILL");
      await Promise.all(started.map((weir) => weir.end(5_000)));
      await dispatcher.stop();
      await Promise.all([mosquitto.stop(), feeder.stop(), cooling.stop(), ...miners.map((miner) => miner.stop())]);
    },
  };
}
