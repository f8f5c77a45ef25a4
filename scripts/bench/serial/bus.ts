/** Starts the paced bus of the bench, and a client on it. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { root, workFolder } from "../words.ts";
import type { ClientOutcome, ClientTask } from "./work.ts";

const sources = `${root}scripts/bench/serial/`;
const libmodbusHeader = "/usr/include/modbus/modbus.h";

/** How the bus misbehaves; 0 units: not at all. */
export interface BusFaults {
  readonly deadUnit: number;
  readonly lateUnit: number;
  readonly lateAnswer: number;
  readonly lateMilliseconds: number;
}

export const noFaults: BusFaults = { deadUnit: 0, lateUnit: 0, lateAnswer: 0, lateMilliseconds: 0 };

/** Programs of clients; all others are libraries. */
const files: Readonly<Record<string, string>> = {
  weir: "our-client.js",
  stream: "read-path.js",
  pieces: "read-path.js",
  once: "read-path.js",
};

/** What the wire saw. */
export interface BusReport {
  readonly requests: number;
  readonly tooSoon: number;
  readonly overlapping: number;
  readonly garbled: number;
}

export interface Run {
  readonly outcome: ClientOutcome;
  readonly wire: BusReport;
}

export interface Programs {
  readonly bus: string;
  /** Null where Debian's libmodbus-dev is not installed. */
  readonly libmodbusClient: string | null;
}

/** Compiles the bus, and the client of libmodbus where its header is. Throws with the compiler's words. */
export function compilePrograms(): Programs {
  const withLibmodbus = existsSync(libmodbusHeader);
  return {
    bus: compile("bus", []),
    libmodbusClient: withLibmodbus ? compile("libmodbus-client", ["-I/usr/include/modbus", "-lmodbus"]) : null,
  };
}

function compile(name: string, more: readonly string[]): string {
  mkdirSync(workFolder, { recursive: true });
  const program = `${workFolder}${name}`;
  const ended = spawnSync("gcc", ["-O2", "-o", program, `${sources}${name}.c`, ...more], { encoding: "utf8" });
  if (ended.status !== 0) throw new Error(`gcc ${name}.c: ${ended.error?.message ?? ended.stderr}`);
  return program;
}

/** One client at work on a fresh bus. */
export async function runClient(programs: Programs, task: ClientTask, faults: BusFaults): Promise<Run> {
  const { deadUnit, lateUnit, lateAnswer, lateMilliseconds } = faults;
  const words = [task.port, task.baudRate, deadUnit, lateUnit, lateAnswer, lateMilliseconds].map(String);
  const bus = spawn(programs.bus, words, { stdio: ["pipe", "pipe", "inherit"] });
  const told = collect(bus);
  await once(bus.stdout, "data");
  const client = startClient(programs, task);
  goFirst(client);
  const said = collect(client);
  const [code] = (await once(client, "exit")) as [number | null];
  bus.stdin.end();
  await once(bus, "close");
  const [, report] = (await told).trim().split("\n");
  if (code !== 0 || report === undefined) throw new Error(`${task.client} ended with ${code}`);
  return { outcome: JSON.parse(await said) as ClientOutcome, wire: JSON.parse(report) as BusReport };
}

/** A controller has its machine for itself: where it is allowed, every client comes before whatever else this one does. */
function goFirst({ pid }: ChildProcess): void {
  if (pid === undefined || process.getuid?.() !== 0) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_HIGHEST);
  } catch {
    // A container may forbid it even to root; then the noise is the same for all.
  }
}

function startClient(programs: Programs, task: ClientTask): ChildProcess {
  const stdio: ["ignore", "pipe", "inherit"] = ["ignore", "pipe", "inherit"];
  if (task.client === "libmodbus") {
    const numbers = [task.baudRate, task.timeoutMilliseconds, task.warmUpMilliseconds, task.windowMilliseconds];
    const blocks = task.blocks.map(({ unit, address, count }) => `${unit}:${address}:${count}`);
    return spawn(programs.libmodbusClient ?? "", [task.port, ...numbers.map(String), ...blocks], { stdio });
  }
  const file = files[task.client] ?? "library-client.js";
  return spawn(process.execPath, [fileURLToPath(new URL(`./${file}`, import.meta.url)), JSON.stringify(task)], {
    stdio,
  });
}

async function collect(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout?.on("data", (bytes: Buffer) => {
    text += bytes.toString();
  });
  await once(child, "close");
  return text;
}
