/** Bench of the whole program: what `weir run` takes with the demo's container of 100 machines at one scan a second. */
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { startController } from "../../src/commands/demo/controller.ts";
import { demoSitePath, makeRunFolder, type RunFolder } from "../../src/commands/demo/run-folder.ts";
import { type DemoContainer, startContainer } from "../../src/sim/demo/container.ts";
import type { Secrets } from "../../src/sim/demo/machines.ts";
import { loadSite } from "../../src/site/load-site.ts";
import type { Bench } from "./words.ts";

/** The far ends run beside it on this machine, so it is not a quiet one. */
export const bench: Bench = {
  summary: "[--seconds N] [--json]: memory, processor time and start of `weir run` with the demo's 100 machines",
  run: async (parameters) => {
    const { values } = parseArgs({
      args: [...parameters],
      options: { seconds: { type: "string", default: "30" }, json: { type: "boolean", default: false } },
    });
    await run(Number(values.seconds), values.json);
    return true;
  },
};

/** USER_HZ of /proc/PID/stat on every Linux of today. Source: proc(5). */
const ticksPerSecond = 100;
const completeDeadlineMilliseconds = 60_000;

interface Usage {
  readonly cpuSeconds: number;
  readonly residentMegabytes: number;
  readonly highestMegabytes: number;
  readonly at: number;
}

function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const megabytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
  // The name in parentheses may hold blanks; utime and stime are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  return {
    cpuSeconds,
    residentMegabytes: megabytes("VmRSS"),
    highestMegabytes: megabytes("VmHWM"),
    at: performance.now(),
  };
}

interface Complete {
  readonly points: number;
  readonly machines: number;
  readonly sinceStartMilliseconds: number;
}

/** From the controller's log. */
async function firstComplete(folder: RunFolder): Promise<Complete> {
  const end = performance.now() + completeDeadlineMilliseconds;
  for (;;) {
    const lines = readFileSync(`${folder.path}/weir.log`, "utf8").split("\n");
    const line = lines.find((text) => text.includes("The first image is complete."));
    if (line !== undefined) return JSON.parse(line) as Complete;
    if (performance.now() > end) throw new Error(`no complete image; the log:\n${lines.slice(-10).join("\n")}`);
    await pause(100);
  }
}

async function benchRun(seconds: number, folder: RunFolder, container: DemoContainer) {
  folder.useBroker(`mqtt://127.0.0.1:${container.brokerPort}`);
  const options = { sitePath: folder.sitePath, dataFolder: folder.dataFolder, log: folder.controllerLog };
  const controller = startController(options, (cause) => console.error(`weir run died: ${cause}`));
  try {
    const complete = await firstComplete(folder);
    const pid = controller.pid;
    if (pid === null) throw new Error("weir run has ended");
    const before = usageOf(pid);
    await pause(seconds * 1000);
    const after = usageOf(pid);
    return {
      machines: complete.machines,
      points: complete.points,
      firstCompleteImageMilliseconds: complete.sinceStartMilliseconds,
      startCpuSeconds: before.cpuSeconds,
      seconds,
      cpuRatio: (after.cpuSeconds - before.cpuSeconds) / ((after.at - before.at) / 1000),
      residentMegabytes: after.residentMegabytes,
      highestMegabytes: after.highestMegabytes,
    };
  } finally {
    await controller.stop();
  }
}

async function run(seconds: number, json: boolean): Promise<void> {
  const folder = makeRunFolder(demoSitePath());
  const site = loadSite(folder.sitePath);
  if (!site.ok) throw new Error("the demo's site file is wrong; weir check tells how");
  const secrets = parse(readFileSync(folder.secretsPath, "utf8")) as Secrets;
  const setup = { site: site.value, ports: folder.ports, secrets, ownBroker: true, seed: 1, log: folder.farEndLog };
  const started = await startContainer(setup, { died: () => {}, back: () => {} });
  if (!started.ok) throw new Error(started.error);
  try {
    const result = await benchRun(seconds, folder, started.value);
    const text = [
      `machines                    ${result.machines}`,
      `points                      ${result.points}`,
      `first complete image        ${result.firstCompleteImageMilliseconds} ms after the start`,
      `CPU time of the start       ${result.startCpuSeconds.toFixed(2)} s`,
      `CPU share of one core       ${(result.cpuRatio * 100).toFixed(1)} % over ${seconds} s`,
      `resident memory             ${result.residentMegabytes.toFixed(0)} MB, at most ${result.highestMegabytes.toFixed(0)} MB`,
    ];
    console.log(json ? JSON.stringify(result) : text.join("\n"));
  } finally {
    await started.value.stop();
    folder.remove();
  }
}
