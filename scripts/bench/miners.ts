/** Bench of the miner links: weir beside a probe of bare sockets that makes the same exchanges with the same simulated machines. */
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openClient, playFleet } from "./miners/processes.ts";
import { type ClientName, type Measured, machinesOf, type Phase, replyMilliseconds } from "./miners/work.ts";
import { type Bench, type Mark, median, printMarks, printTable, writeResult } from "./words.ts";

export const bench: Bench = {
  summary: "[--machines N] [--rounds N] [--json]: reads, sheds and resumes simulated machines beside bare sockets",
  run,
};

const clients: readonly ClientName[] = ["probe", "weir"];

interface Row extends Measured {
  readonly client: ClientName;
  readonly machines: number;
  readonly phase: Phase;
  readonly deadRatio: number;
  /** Of the far end, which plays all machines in a process of its own on the same processors. */
  readonly farEndCpuSeconds: number;
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
    printSockets(machines);
    printMarks(marks);
    writeResult("miners", { replyMilliseconds, rounds, rows: middle, marks });
  }
  return marks.every(({ met }) => met);
}

/** A far end of its own for each fleet, each client in a process of its own, one after the other. */
async function measureFleet(count: number, deadRatio: number): Promise<readonly Row[]> {
  const machines = machinesOf(count);
  const leftOut = machines.filter((_, index) => deadRatio > 0 && index % deadEach === 0).map(({ name }) => name);
  const fleet = await playFleet(machines);
  try {
    const rows: Row[] = [];
    for (const client of clients) {
      const asked = openClient(client);
      await asked({ type: "setup", machines });
      for (const phase of phases) {
        // Known and good before they fall silent.
        if (phase === "read") fleet.fault(leftOut, "no-reply", true);
        await pause(betweenMilliseconds);
        const before = fleet.cpuSeconds();
        const measured = await asked({ type: "phase", phase, leftOut });
        const farEndCpuSeconds = fleet.cpuSeconds() - before;
        if (measured !== null) rows.push({ ...measured, client, machines: count, phase, deadRatio, farEndCpuSeconds });
        if (phase === "first") await asked({ type: "warm" });
      }
      await asked({ type: "stop" });
      fleet.fault(leftOut, "no-reply", false);
    }
    return rows;
  } finally {
    await fleet.kill();
  }
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
      farEndCpuSeconds: middle((one) => one.farEndCpuSeconds),
      done: Math.min(...group.map((one) => one.done)),
      sockets: middle((one) => one.sockets),
      socketsAtOnce: middle((one) => one.socketsAtOnce),
      residentMegabytes: middle((one) => one.residentMegabytes),
    };
  });
}

function print(rows: readonly Row[]): void {
  const head = [
    "machines",
    "silent",
    "phase",
    "client",
    "wall s",
    "CPU s",
    "far end CPU s",
    "done",
    "sockets",
    "at once",
    "MB",
  ];
  printTable(
    head,
    rows.map((row) => [
      String(row.machines),
      `${row.deadRatio * 100} %`,
      row.phase,
      row.client,
      row.wallSeconds.toFixed(3),
      row.cpuSeconds.toFixed(3),
      row.farEndCpuSeconds.toFixed(2),
      String(row.done),
      String(row.sockets),
      String(row.socketsAtOnce),
      row.residentMegabytes.toFixed(0),
    ]),
  );
}

/** Exchanges of a shed with its read-back, one after the other: an Antminer's document read, posted and read again; a WhatsMiner's command and status. */
const shedExchanges = { antminer: 3, whatsminer: 2 } as const;
/** Source: the mark itself. */
const shedSeconds = 0.25;

/** What the number of sockets allows. */
function printSockets(machines: number): void {
  const busy = machinesOf(machines).reduce(
    (sum, { kind }) => sum + shedExchanges[kind === "antminer" ? "antminer" : "whatsminer"],
    0,
  );
  const socketSeconds = (busy * replyMilliseconds) / 1000;
  const longest = (shedExchanges.antminer * replyMilliseconds) / 1000;
  console.log(
    `sleep and read back: ${busy} exchanges of ${replyMilliseconds} ms are ${socketSeconds.toFixed(1)} socket-seconds; ` +
      `${Math.ceil(socketSeconds / shedSeconds)} sockets at once would do for ${shedSeconds} s, and no number does it below ${longest.toFixed(2)} s`,
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
