/** Bench of the miner links: weir beside a probe of bare sockets that makes the same exchanges with the same simulated machines. */
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { SimulatedMiner } from "../../src/sim/wires/miners/setup.ts";
import { takeAddressBlock } from "./miners/addresses.ts";
import { openClient, playFleet } from "./miners/processes.ts";
import { type ClientName, type Measured, machinesOf, type Phase, replyMilliseconds } from "./miners/work.ts";
import { type Bench, type Mark, median, printMarks, printTable, writeResult } from "./words.ts";

export const bench: Bench = {
  summary: "[--machines N] [--rounds N] [--json]: reads, sheds and resumes simulated machines beside bare sockets",
  run,
};

interface Row extends Measured {
  readonly client: ClientName;
  readonly machines: number;
  readonly phase: Phase;
  /** One machine in ten, the same ones that are apart from the others where all answer. */
  readonly silent: boolean;
  /** Of the far end, which plays all machines in a process of its own on the same processors. */
  readonly farEndCpuSeconds: number;
}

const phases: readonly Phase[] = ["first", "read", "sleep", "run"];
/** Machines go on ramping for half a second after the proof; nothing of one phase shall run into the next. */
const betweenMilliseconds = 1_000;
/** One in this many never answers. Source: the mark itself. */
const silentEach = 10;
const linearMachines = 1_000;

async function run(parameters: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      machines: { type: "string", default: "300" },
      rounds: { type: "string", default: "5" },
      json: { type: "boolean", default: false },
    },
  });
  const machines = Number(values.machines);
  const rounds = Number(values.rounds);
  const block = await takeAddressBlock();
  const fleet = (count: number): readonly SimulatedMiner[] => machinesOf(count, block.prefix);
  const rows: Row[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // What has run before costs the next one something on some machines: each comes first as often as the other.
    const clients: readonly ClientName[] = round % 2 === 0 ? ["probe", "weir"] : ["weir", "probe"];
    const measures = [
      () => measureFleet(fleet(machines), false, clients),
      () => measureFleet(fleet(machines), true, ["weir"]),
    ];
    for (const measure of round % 2 === 0 ? measures : measures.toReversed()) rows.push(...(await measure()));
  }
  rows.push(...(await measureFleet(fleet(linearMachines), false, ["probe", "weir"])));
  await block.giveBack();
  const middle = middles(rows);
  const marks = marksOf(middle, machines);
  if (values.json) console.log(JSON.stringify({ replyMilliseconds, rounds, rows: middle, marks }));
  else {
    print(middle);
    printSockets(fleet(machines));
    printMarks(marks);
    writeResult("miners", { replyMilliseconds, rounds, rows: middle, marks });
  }
  return marks.every(({ met }) => met);
}

/** A far end of its own for each fleet, each client in a process of its own, one after the other. */
async function measureFleet(
  machines: readonly SimulatedMiner[],
  silent: boolean,
  clients: readonly ClientName[],
): Promise<readonly Row[]> {
  const apart = machines.filter((_, index) => index % silentEach === 0).map(({ name }) => name);
  const fleet = await playFleet(machines);
  try {
    const rows: Row[] = [];
    for (const client of clients) {
      const asked = openClient(client);
      await asked({ type: "setup", machines });
      for (const phase of phases) {
        // Known and good before they fall silent.
        const nowSilent = silent && phase !== "first";
        if (phase === "read" && silent) fleet.fault(apart, "no-reply", true);
        await pause(betweenMilliseconds);
        const before = fleet.cpuSeconds();
        const measured = await asked({ type: "phase", phase, apart, silent: nowSilent });
        const farEndCpuSeconds = fleet.cpuSeconds() - before;
        if (measured !== null)
          rows.push({ ...measured, client, machines: machines.length, phase, silent: nowSilent, farEndCpuSeconds });
        if (phase === "first") await asked({ type: "warm" });
      }
      await asked({ type: "stop" });
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
    const key = [row.machines, row.silent, row.phase, row.client].join();
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
      othersLastSeconds: middle((one) => one.othersLastSeconds),
      othersMiddleSeconds: middle((one) => one.othersMiddleSeconds),
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
    "others' middle",
    "others' last",
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
      row.silent ? `1 in ${silentEach}` : "none",
      row.phase,
      row.client,
      row.wallSeconds.toFixed(3),
      row.cpuSeconds.toFixed(3),
      row.othersMiddleSeconds.toFixed(3),
      row.othersLastSeconds.toFixed(3),
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
function printSockets(machines: readonly SimulatedMiner[]): void {
  const busy = machines.reduce(
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

/** The same machines in both cases, with the rest of the fleet well or silent. */
const othersTimes: readonly (readonly [string, (row: Row | undefined) => number])[] = [
  ["middle", (row) => row?.othersMiddleSeconds ?? Number.NaN],
  ["last", (row) => row?.othersLastSeconds ?? Number.NaN],
];

/** Source of each figure: the marks that issue and facts have set for 300 machines at 20 ms a reply. */
function marksOf(rows: readonly Row[], machines: number): readonly Mark[] {
  const row = (client: ClientName, phase: Phase, count = machines, silent = false): Row | undefined =>
    rows.find((one) => one.client === client && one.phase === phase && one.machines === count && one.silent === silent);
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
    for (const [which, of] of othersTimes) {
      const silent = of(row("weir", phase, machines, true)) / of(row("weir", phase));
      atMost(`${phase}: ${which} of the others with one in ten silent`, silent, 1.1, "times");
    }
    const linear = wall("weir", phase, linearMachines) / wall("weir", phase) / (linearMachines / machines);
    atMost(`${phase}: time a machine of ${linearMachines} over that of ${machines}`, linear, 1.1, "times");
  }
  const whole = rows.every(
    (one) => one.done === one.machines - (one.silent ? Math.ceil(one.machines / silentEach) : 0),
  );
  marks.push({ text: "every machine did and proved every phase", met: whole });
  return marks;
}
