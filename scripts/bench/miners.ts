/** Bench of the miner links: weir beside a probe of bare sockets that makes the same exchanges with the same simulated machines. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { FromFarEnd, ToFarEnd } from "../../src/sim/wires/far-end.ts";
import type { MinersSetup } from "../../src/sim/wires/miners/setup.ts";
import { access, type Measured, machinesOf, type Phase, replyMilliseconds, type ToClient } from "./miners/work.ts";
import { type Bench, type Mark, median, printMarks, printTable, writeResult } from "./words.ts";

export const bench: Bench = {
  summary: "[--machines N] [--rounds N] [--json]: reads, sheds and resumes simulated machines beside bare sockets",
  run,
};

type ClientName = "probe" | "weir";
const clients: readonly ClientName[] = ["probe", "weir"];

interface Row extends Measured {
  readonly client: ClientName;
  readonly machines: number;
  readonly phase: Phase;
  readonly deadRatio: number;
}

const phases: readonly Phase[] = ["first", "read", "sleep", "run"];
/** Machines go on ramping for half a second after the proof; nothing of one phase shall run into the next. */
const betweenMilliseconds = 1_000;
/** One in this many never answers. Source: the mark itself. */
const deadEach = 10;
const linearMachines = 1_000;

async function run(parameters: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      machines: { type: "string", default: "300" },
      rounds: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
    },
  });
  const machines = Number(values.machines);
  const rounds = Number(values.rounds);
  const rows: Row[] = [];
  for (let round = 0; round < rounds; round += 1) {
    rows.push(...(await measureFleet(machines, 0)));
    rows.push(...(await measureFleet(machines, 1 / deadEach)));
  }
  rows.push(...(await measureFleet(linearMachines, 0)));
  const middle = middles(rows);
  const marks = marksOf(middle, machines);
  if (values.json) console.log(JSON.stringify({ replyMilliseconds, rounds, rows: middle, marks }));
  else {
    print(middle);
    printMarks(marks);
    writeResult("miners", { replyMilliseconds, rounds, rows: middle, marks });
  }
  return marks.every(({ met }) => met);
}

/** A far end of its own for each fleet, each client in a process of its own, one after the other. */
async function measureFleet(count: number, deadRatio: number): Promise<readonly Row[]> {
  const machines = machinesOf(count);
  const farEnd = fork(new URL("../../src/sim/wires/miners.js", import.meta.url));
  const tell = (message: ToFarEnd): void => void farEnd.send(message);
  try {
    const setup: MinersSetup = { machines, ...access, replyMilliseconds };
    const ready = readyOf(farEnd);
    tell({ type: "setup", setup });
    await ready;
    const rows: Row[] = [];
    for (const client of clients) {
      const leftOut = machines.filter((_, index) => deadRatio > 0 && index % deadEach === 0).map(({ name }) => name);
      const setSilent = (on: boolean): void => {
        for (const target of leftOut) tell({ type: "fault", target, fault: "no-reply", on });
      };
      const asked = openClient(client);
      await asked({ type: "setup", machines });
      for (const phase of phases) {
        // Known and good before they fall silent.
        if (phase === "read") setSilent(true);
        await pause(betweenMilliseconds);
        const measured = await asked({ type: "phase", phase, leftOut });
        if (measured !== null) rows.push({ ...measured, client, machines: count, phase, deadRatio });
        if (phase === "first") await asked({ type: "warm" });
      }
      await asked({ type: "stop" });
      setSilent(false);
    }
    return rows;
  } finally {
    farEnd.kill("SIGKILL");
    if (farEnd.exitCode === null && farEnd.signalCode === null) await once(farEnd, "exit");
  }
}

function readyOf(farEnd: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    farEnd.on("message", (message: FromFarEnd) => {
      if (message.type === "ready") resolve();
      else if (message.type === "failed") reject(new Error(message.text));
    });
  });
}

function openClient(client: ClientName): (message: ToClient) => Promise<Measured | null> {
  const child = fork(new URL("./miners/client.js", import.meta.url), [client]);
  return async (message) => {
    child.send(message);
    const ended = once(child, "exit").then(() => {
      throw new Error(`the client ${client} has ended`);
    });
    const answered = once(child, "message") as Promise<[{ answer: Measured | null }]>;
    const [{ answer }] = await Promise.race([answered, ended]);
    ended.catch(() => {});
    return answer;
  };
}

/** The middle of the rounds, figure by figure. */
function middles(rows: readonly Row[]): readonly Row[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = [row.machines, row.deadRatio, row.phase, row.client].join();
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap((group) => {
    const [row] = group;
    if (row === undefined) return [];
    const middle = (of: (row: Row) => number): number => median(group.map(of));
    return {
      ...row,
      wallSeconds: middle((one) => one.wallSeconds),
      cpuSeconds: middle((one) => one.cpuSeconds),
      done: Math.min(...group.map((one) => one.done)),
      sockets: middle((one) => one.sockets),
      socketsAtOnce: middle((one) => one.socketsAtOnce),
      residentMegabytes: middle((one) => one.residentMegabytes),
    };
  });
}

function print(rows: readonly Row[]): void {
  const head = ["machines", "silent", "phase", "client", "wall s", "CPU s", "done", "sockets", "at once", "MB"];
  printTable(
    head,
    rows.map((row) => [
      String(row.machines),
      `${row.deadRatio * 100} %`,
      row.phase,
      row.client,
      row.wallSeconds.toFixed(3),
      row.cpuSeconds.toFixed(3),
      String(row.done),
      String(row.sockets),
      String(row.socketsAtOnce),
      row.residentMegabytes.toFixed(0),
    ]),
  );
}

/** Source of each figure: the marks that issue and facts have set for 300 machines at 20 ms a reply. */
function marksOf(rows: readonly Row[], machines: number): readonly Mark[] {
  const row = (client: ClientName, phase: Phase, count = machines, deadRatio = 0): Row | undefined =>
    rows.find(
      (one) => one.client === client && one.phase === phase && one.machines === count && one.deadRatio === deadRatio,
    );
  const wall = (...what: Parameters<typeof row>): number => row(...what)?.wallSeconds ?? Number.NaN;
  const scale = machines / 300;
  const marks: Mark[] = [];
  const atMost = (text: string, figure: number, most: number, unit: string): void =>
    void marks.push({ text: `${text}: ${figure.toFixed(2)} of ${most.toFixed(2)} ${unit}`, met: figure <= most });
  for (const phase of phases)
    atMost(`${phase}: wall time over the probe's`, wall("weir", phase) / wall("probe", phase), 1.5, "times");
  atMost("read: wall time", wall("weir", "read"), 0.8 * scale, "s");
  atMost("read: CPU time", row("weir", "read")?.cpuSeconds ?? Number.NaN, 0.3 * scale, "s");
  atMost("sleep and read back: wall time", wall("weir", "sleep"), 0.25 * scale, "s");
  for (const phase of ["read", "sleep"] as const) {
    const silent = wall("weir", phase, machines, 1 / deadEach) / wall("weir", phase);
    atMost(`${phase}: the others' time with one in ten silent`, silent, 1.1, "times");
    const linear = wall("weir", phase, linearMachines) / wall("weir", phase) / (linearMachines / machines);
    atMost(`${phase}: time a machine of ${linearMachines} over that of ${machines}`, linear, 1.1, "times");
  }
  const whole = rows.every((one) => one.done === one.machines - Math.ceil(one.machines * one.deadRatio));
  marks.push({ text: "every machine did and proved every phase", met: whole });
  return marks;
}
