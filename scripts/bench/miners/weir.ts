/** weir's own links as a client of the miners' bench, as `weir run` opens them. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { createMinerLink } from "../../../src/drivers/miners/link.ts";
import type { MinerTool } from "../../../src/drivers/miners/miner-tool.ts";
import { createMinerShared } from "../../../src/drivers/miners/shared.ts";
import type { SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { workFolder } from "../words.ts";
import { access, type MinersClient, type Outcome, type Phase } from "./work.ts";

/** Between two looks at the reports [ms]; the time of the proof is in the report itself. Choice: looking must not cost what is measured. */
const lookMilliseconds = 20;
/** Both ends compute two digests a token, far end and links at once on however few processors [ms]. Measured, November 2026: 15 ms. */
const warmMillisecondsPerMachine = 15;
const leastWarmMilliseconds = 4_000;

const clock = { now: () => performance.now(), unixMilliseconds: () => Date.now() };

export function openWeir(machines: readonly SimulatedMiner[]): MinersClient {
  // Everything else as it is in the field, its memory on a disk above all; only that the first reads are not spread over a second.
  mkdirSync(workFolder, { recursive: true });
  const memoryFile = `${workFolder}miners-${process.pid}.memory`;
  const neighboursFile = `${workFolder}miners-${process.pid}.neighbours`;
  const shared = createMinerShared({ firstReadMilliseconds: 0 }, { memoryFile, neighboursFile });
  const links = machines.map((machine) => {
    const { name, host, port = null, webPort = null, kind } = machine;
    const site = { name, host, port, webPort, model: kind, tank: "", branch: "", phase: null, credentials: "" };
    const dialect = kind === "antminer" ? "bitmain-stock" : "whatsminer-v2";
    return createMinerLink(site, { dialect }, access, clock, shared);
  });
  type Link = (typeof links)[number];

  const waiting = new Map<Link, (outcome: Outcome) => void>();
  let looking = false;
  const lookSoon = (): void => {
    if (looking || waiting.size === 0) return;
    looking = true;
    setTimeout(lookAtAll, lookMilliseconds);
  };
  const lookAtAll = (): void => {
    looking = false;
    for (const [link, resolve] of waiting) {
      const { command } = link.report();
      const at = command?.readBackAt ?? command?.failedAt;
      if (at === undefined) continue;
      waiting.delete(link);
      resolve({ done: command?.readBackAt !== undefined, at });
    }
    lookSoon();
  };
  const proven = (link: Link, mode: "sleep" | "run"): Promise<Outcome> => {
    link.target({ mode });
    return new Promise((resolve) => {
      waiting.set(link, resolve);
      lookSoon();
    });
  };
  const seen = async (link: Link): Promise<Outcome> => {
    const startedAt = clock.now();
    const { at, fault } = await link.look();
    return { done: fault === undefined && at !== undefined && at >= startedAt, at: clock.now() };
  };

  return {
    act: (phase: Phase) => {
      if (phase === "first") for (const link of links) link.start();
      return links.map((link) => (phase === "first" || phase === "read" ? seen(link) : proven(link, phase)));
    },
    warm: async () => {
      // The machines stand in the controller's own network: once they have been spoken to, the kernel knows them.
      writeFileSync(neighboursFile, neighboursOf(machines, links));
      // The links renew their tokens by themselves.
      await pause(Math.max(leastWarmMilliseconds, machines.length * warmMillisecondsPerMachine));
    },
    stop: async () => {
      await Promise.all(links.map((link) => link.stop()));
      await shared.stop();
      for (const file of [memoryFile, neighboursFile]) rmSync(file, { force: true });
    },
  };
}

/** As /proc/net/arp tells them. Source: proc(5). */
function neighboursOf(machines: readonly SimulatedMiner[], links: readonly Pick<MinerTool, "report">[]): string {
  const rows = machines.map(
    ({ host }, index) => `${host} 0x1 0x2 ${links[index]?.report().identity?.mac ?? ""} * eth0`,
  );
  return ["IP address HW type Flags HW address Mask Device", ...rows, ""].join("\n");
}
