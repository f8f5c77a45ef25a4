/** Starts the simulated machines as a process of their own and hands out links to them. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Door } from "../../../src/drivers/miners/door.ts";
import { createMinerLink } from "../../../src/drivers/miners/link.ts";
import type { MinerTool } from "../../../src/drivers/miners/miner-tool.ts";
import { createMinerShared, type LinkTiming, type MinerShared } from "../../../src/drivers/miners/shared.ts";
import type { Clock } from "../../../src/model/driver.ts";
import type { MinerReport } from "../../../src/model/miner.ts";
import { succeed } from "../../../src/model/result.ts";
import type { MinerDialect, MinerModel } from "../../../src/model/site.ts";
import type { FromFarEnd, ToFarEnd } from "../../../src/sim/wires/far-end.ts";
import type { MachineKind, MinersSetup, SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { waitFor } from "../../waiting.ts";

export const clock: Clock = { now: () => performance.now(), unixMilliseconds: () => Date.now() };

/** Shortened so that a test takes seconds; each ratio to the real figures stays below one. */
export const quick: Partial<LinkTiming> = {
  pollMilliseconds: 100,
  longestPollMilliseconds: 300,
  followUpMilliseconds: 100,
  connectMilliseconds: 500,
  replyMilliseconds: 300,
  apiWriteReplyMilliseconds: 1_000,
  postReplyMilliseconds: 5_000,
  // Whatever else runs on the machine of a test.
  poolsOnDiskMilliseconds: 10_000,
  retryMilliseconds: [100, 200],
  readBackMilliseconds: 400,
  pauseMilliseconds: 60_000,
};

/** A loopback address of this process alone, so that two runs of the tests never meet on a port; `number` from 1. */
export function loopback(number: number): string {
  return `127.${64 + (process.pid % 128)}.${Math.floor(process.pid / 128) % 256}.${number}`;
}

export class FarEnd {
  readonly effects: Record<string, number> = {};
  /** Tokens, cookies, sessions and digests by machine, as far as told. */
  readonly secrets: Record<string, readonly string[]> = {};
  private state: string;
  private askedTimes = 0;
  private toldTimes = 0;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.child = child;
    this.state = "starting";
    child.on("message", (message: FromFarEnd) => {
      if (message.type === "effects") Object.assign(this.effects, message.values);
      else if (message.type === "told") {
        Object.assign(this.secrets, message.secrets);
        this.toldTimes += 1;
      } else if (message.type === "failed") this.state = message.text;
      else this.state = message.type;
    });
  }

  static async start(setup: MinersSetup): Promise<FarEnd> {
    const farEnd = new FarEnd(fork(new URL("../../../src/sim/wires/miners.js", import.meta.url)));
    farEnd.send({ type: "setup", setup });
    await waitFor(() => farEnd.state !== "starting", { within: 10_000, what: "the far end" });
    if (farEnd.state !== "ready") throw new Error(`the far end of the machines: ${farEnd.state}`);
    return farEnd;
  }

  fault(target: string, fault: string, on: boolean, value?: number): void {
    this.send(value === undefined ? { type: "fault", target, fault, on } : { type: "fault", target, fault, on, value });
  }

  truth(values: Record<string, number>): void {
    this.send({ type: "truth", values });
  }

  /** Resolves when every effect up to this moment has been told: what is counted 0 then has not happened. */
  async told(): Promise<void> {
    this.askedTimes += 1;
    const asked = this.askedTimes;
    this.send({ type: "tell" });
    await waitFor(() => this.toldTimes >= asked, { within: 10_000, what: "the effects of the far end" });
  }

  /** As far as told. */
  writes(name: string): number {
    return this.effects[`${name}/writeCount`] ?? 0;
  }

  watts(name: string): number {
    return this.effects[`${name}/powerWatts`] ?? Number.NaN;
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, "exit");
  }

  private send(message: ToFarEnd): void {
    this.child.send(message);
  }
}

/** For sessions without a guard: nobody is a stranger. */
export const openDoor: Door = {
  admit: async () => succeed(null),
  confirm: async () => succeed(null),
  doubt: () => undefined,
};

export const password = "not-the-default";

/** A link to a simulated machine, started; credentials other than the right ones on request. */
export function linkTo(
  miner: SimulatedMiner,
  shared: MinerShared,
  secret: string = password,
  user = "root",
): MinerTool {
  const site = {
    name: miner.name,
    model: "simulated",
    host: miner.host,
    port: miner.port ?? null,
    webPort: miner.webPort ?? null,
    tank: "tank-1",
    branch: "branch-1",
    phase: null,
    credentials: "miners",
  };
  const link = createMinerLink(site, model(miner), { user, password: secret }, clock, shared);
  link.start();
  return link;
}

export const dialects: Readonly<Record<MachineKind, MinerDialect>> = {
  whatsminer: "whatsminer-v2",
  "whatsminer-v3": "whatsminer-v3",
  antminer: "bitmain-stock",
  avalon: "avalon",
  luxos: "luxos",
  braiins: "braiins",
  "braiins-graphql": "braiins-graphql",
  vnish: "vnish",
  epic: "epic",
  sealminer: "sealminer",
  ebang: "ebang",
  none: "none",
};

function model(miner: SimulatedMiner): MinerModel {
  return {
    name: "simulated",
    dialect: dialects[miner.kind],
    ratedWatts: miner.ratedWatts,
    peakWakeWatts: miner.ratedWatts,
    asleepWatts: 15,
    ratedTerahashesPerSecond: 118,
    sleepMilliseconds: 3_000,
    wakeMilliseconds: 20_000,
    maximumInletCelsius: 45,
    hashesAfterPowerCycle: false,
    trim: null,
  };
}

export function quickShared(timing: Partial<LinkTiming> = {}): MinerShared {
  return createMinerShared({ ...quick, ...timing });
}

/** Waits until the link's report satisfies the condition; the last report is in the message when it does not. */
export async function waitForReport(
  link: MinerTool,
  what: string,
  holds: (report: MinerReport) => boolean,
  milliseconds = 5_000,
): Promise<MinerReport> {
  return await waitFor(
    () => {
      const report = link.report();
      return holds(report) ? report : null;
    },
    { within: milliseconds, what: () => `${what} in ${JSON.stringify(link.report())}` },
  );
}
