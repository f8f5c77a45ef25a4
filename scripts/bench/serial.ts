/** Bench of the serial line: weir, modbus-serial, jsmodbus and libmodbus do the same work on the same paced wire, one after the other. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { type BusFaults, compilePrograms, noFaults, type Programs, type Run, runClient } from "./serial/bus.ts";
import { installPeers } from "./serial/peers.ts";
import { type Block, equalBlocks, usualBlocks, wireLimit } from "./serial/work.ts";
import { type Bench, type Mark, median, printMarks, printTable, writeResult } from "./words.ts";

const timeoutMilliseconds = 500;
/** The first seconds of a process go into compiling its code: a fifth of the processor time of the first ten (measured, November 2026). */
const warmUpMilliseconds = 12_000;
/** libmodbus is compiled before. */
const compiledWarmUpMilliseconds = 1000;
const usualBaudRates = "19200,115200";
/** One unit is dead from the start; its discovery is over when the window begins. */
const deadWarmUpMilliseconds = 16_000;
const deadWindowMilliseconds = 12_000;
const lateWindowMilliseconds = 8000;
const readWarmUp = 3000;

interface Plan {
  readonly programs: Programs;
  readonly port: string;
  readonly clients: readonly string[];
  readonly baudRates: readonly number[];
  readonly rounds: number;
  readonly windowMilliseconds: number;
}

interface Row {
  readonly client: string;
  readonly baudRate: number;
  readonly requestsPerSecond: number;
  readonly ofWireLimit: number;
  readonly gapViolations: number;
  readonly processorMicrosecondsPerRequest: number;
  readonly errors: number;
  readonly wrong: number;
}

interface FaultRow {
  readonly client: string;
  readonly deadRatio: Readonly<Record<number, number>>;
  readonly lateGood: number;
  readonly lateWrong: number;
}

interface Case {
  readonly blocks: readonly Block[];
  readonly warmUpMilliseconds: number;
  readonly windowMilliseconds: number;
  readonly lookMilliseconds: number;
  readonly faults: BusFaults;
}

export const bench: Bench = {
  summary:
    "[--rounds N] [--seconds S] [--clients a,b] [--bauds a,b] [--no-faults]: the Modbus line beside other masters",
  run,
};

async function run(parameters: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      rounds: { type: "string", default: "3" },
      seconds: { type: "string", default: "4" },
      clients: { type: "string", default: "weir,modbus-serial,jsmodbus,libmodbus" },
      bauds: { type: "string", default: usualBaudRates },
      "no-faults": { type: "boolean", default: false },
    },
  });
  installPeers();
  const programs = compilePrograms();
  const folder = mkdtempSync(`${tmpdir()}/weir-bench-`);
  const asked = values.clients.split(",");
  const clients = asked.filter((client) => client !== "libmodbus" || programs.libmodbusClient !== null);
  if (clients.length < asked.length) console.log("without libmodbus: apt-get install libmodbus-dev");
  const plan: Plan = {
    programs,
    port: `${folder}/line`,
    clients,
    baudRates: values.bauds.split(",").map(Number),
    rounds: Number(values.rounds),
    windowMilliseconds: 1000 * Number(values.seconds),
  };
  const rows = await measureSpeed(plan);
  printSpeed(plan, rows);
  const reads = await measureReads(plan);
  printReads(reads);
  const faultRows = values["no-faults"] ? [] : await measureFaults(plan, rows);
  if (faultRows.length > 0) printFaults(plan, faultRows);
  rmSync(folder, { recursive: true, force: true });
  const marks = marksOf(plan, rows, faultRows);
  const met = printMarks(marks);
  writeResult("serial", { at: new Date().toISOString(), node: process.version, rows, reads, faultRows, marks });
  return met;
}

function at(plan: Plan, client: string, baudRate: number, work: Case): Promise<Run> {
  const { blocks, faults } = work;
  const warmUp = client === "libmodbus" ? compiledWarmUpMilliseconds : work.warmUpMilliseconds;
  const task = {
    ...work,
    warmUpMilliseconds: work.warmUpMilliseconds === 0 ? 0 : warmUp,
    client,
    port: plan.port,
    baudRate,
    timeoutMilliseconds,
    blocks,
  };
  return runClient(plan.programs, task, faults);
}

/** In every round each client in turn, so that what else this machine does meets all of them. */
async function measureSpeed(plan: Plan): Promise<Row[]> {
  const work: Case = {
    blocks: usualBlocks,
    warmUpMilliseconds,
    windowMilliseconds: plan.windowMilliseconds,
    lookMilliseconds: 1000,
    faults: noFaults,
  };
  const rows: Row[] = [];
  for (const baudRate of plan.baudRates) {
    const runs = new Map<string, Run[]>(plan.clients.map((client) => [client, []]));
    for (let round = 1; round <= plan.rounds; round += 1) {
      for (const client of plan.clients) {
        runs.get(client)?.push(await at(plan, client, baudRate, work));
        process.stderr.write(`${baudRate} Bd, round ${round}/${plan.rounds}: ${client}\n`);
      }
    }
    for (const client of plan.clients) rows.push(rowOf(client, baudRate, runs.get(client) ?? []));
  }
  return rows;
}

function rowOf(client: string, baudRate: number, runs: readonly Run[]): Row {
  const of = (pick: (run: Run) => number): number => median(runs.map(pick));
  const requestsPerSecond = of(({ outcome }) => (1000 * outcome.good) / outcome.milliseconds);
  return {
    client,
    baudRate,
    requestsPerSecond,
    ofWireLimit: requestsPerSecond / wireLimit(baudRate, usualBlocks),
    gapViolations: of(({ wire }) => (wire.tooSoon + wire.overlapping) / wire.requests),
    processorMicrosecondsPerRequest: of(({ outcome }) => (1000 * outcome.processorMilliseconds) / outcome.good),
    errors: runs.reduce((sum, { outcome }) => sum + outcome.errors, 0),
    wrong: runs.reduce((sum, { outcome }) => sum + outcome.wrong, 0),
  };
}

async function measureFaults(plan: Plan, healthy: readonly Row[]): Promise<FaultRow[]> {
  const rows: FaultRow[] = [];
  for (const client of plan.clients) {
    const deadRatio: Record<number, number> = {};
    for (const baudRate of plan.baudRates) {
      const { outcome } = await at(plan, client, baudRate, {
        blocks: usualBlocks,
        warmUpMilliseconds: deadWarmUpMilliseconds,
        windowMilliseconds: deadWindowMilliseconds,
        lookMilliseconds: 1000,
        faults: { ...noFaults, deadUnit: 16 },
      });
      const whole = healthy.find((row) => row.client === client && row.baudRate === baudRate)?.requestsPerSecond ?? 0;
      deadRatio[baudRate] = (1000 * outcome.good) / outcome.milliseconds / whole;
    }
    const { outcome } = await at(plan, client, 19_200, {
      blocks: equalBlocks,
      warmUpMilliseconds: 0,
      windowMilliseconds: lateWindowMilliseconds,
      lookMilliseconds: 10,
      // 100 ms after the client has given it up.
      faults: { ...noFaults, lateUnit: 1, lateAnswer: 20, lateMilliseconds: timeoutMilliseconds + 100 },
    });
    rows.push({ client, deadRatio, lateGood: outcome.good, lateWrong: outcome.wrong });
    process.stderr.write(`faults: ${client}\n`);
  }
  return rows;
}

/** How a reply is heard, and how many of the bytes' pieces each way takes. */
const readWays = { stream: "serialport's stream", pieces: "weir's port, each piece", once: "weir's port, read once" };

interface ReadRow {
  readonly way: string;
  readonly processorMicroseconds: Readonly<Record<number, number>>;
}

/** What hearing a reply of 60 registers costs, by the way it is heard. */
async function measureReads(plan: Plan): Promise<ReadRow[]> {
  const rows: ReadRow[] = [];
  const work = { blocks: usualBlocks, lookMilliseconds: 1000, faults: noFaults, warmUpMilliseconds: readWarmUp };
  for (const [client, way] of Object.entries(readWays)) {
    const processorMicroseconds: Record<number, number> = {};
    for (const baudRate of plan.baudRates) {
      const { outcome } = await at(plan, client, baudRate, { ...work, windowMilliseconds: plan.windowMilliseconds });
      processorMicroseconds[baudRate] = (1000 * outcome.processorMilliseconds) / outcome.good;
    }
    rows.push({ way, processorMicroseconds });
  }
  return rows;
}

const percent = (ratio: number, digits = 1): string => `${(100 * ratio).toFixed(digits)} %`;

function printReads(rows: readonly ReadRow[]): void {
  const bauds = Object.keys(rows[0]?.processorMicroseconds ?? {}).map(Number);
  console.log("\nhearing a reply of 60 registers and nothing else, the timers between them included: µs CPU");
  printTable(
    ["read by", ...bauds.map((rate) => `${rate} Bd`)],
    rows.map(({ way, processorMicroseconds }) => [
      way,
      ...bauds.map((rate) => (processorMicroseconds[rate] ?? Number.NaN).toFixed(0)),
    ]),
  );
}

function printSpeed({ baudRates }: Plan, rows: readonly Row[]): void {
  const reference = (baudRate: number): number =>
    rows.find(({ client, baudRate: other }) => client === "modbus-serial" && other === baudRate)
      ?.processorMicrosecondsPerRequest ?? Number.NaN;
  console.log(
    `\n16 units x (20 + 60 registers); wire limit ${baudRates.map((rate) => `${wireLimit(rate, usualBlocks).toFixed(1)}/s at ${rate} Bd`).join(", ")}`,
  );
  printTable(
    ["client", "Bd", "requests/s", "of wire", "gaps broken", "µs CPU/request", "to modbus-serial", "errors", "wrong"],
    rows.map((row) => [
      row.client,
      String(row.baudRate),
      row.requestsPerSecond.toFixed(2),
      percent(row.ofWireLimit),
      percent(row.gapViolations, 2),
      row.processorMicrosecondsPerRequest.toFixed(0),
      (row.processorMicrosecondsPerRequest / reference(row.baudRate)).toFixed(2),
      String(row.errors),
      String(row.wrong),
    ]),
  );
}

function printFaults({ baudRates }: Plan, rows: readonly FaultRow[]): void {
  console.log("\none unit of 16 dead (of the healthy throughput); one late reply among equal blocks of a lone meter");
  printTable(
    ["client", ...baudRates.map((rate) => `dead, ${rate} Bd`), "good after", "WRONG after"],
    rows.map(({ client, deadRatio, lateGood, lateWrong }) => [
      client,
      ...baudRates.map((rate) => percent(deadRatio[rate] ?? Number.NaN)),
      String(lateGood),
      String(lateWrong),
    ]),
  );
  console.log("");
}

/** Issue 3, point 4. */
function marksOf({ baudRates }: Plan, rows: readonly Row[], faultRows: readonly FaultRow[]): Mark[] {
  const marks: Mark[] = [];
  const mark = (text: string, value: string, met: boolean): number => marks.push({ text: `${text}: ${value}`, met });
  for (const row of rows.filter(({ client }) => client === "weir")) {
    const at = `at ${row.baudRate} Bd`;
    const share = row.baudRate > 19_200 ? 0.9 : 0.95;
    mark(`at least ${percent(share, 0)} of the wire limit ${at}`, percent(row.ofWireLimit), row.ofWireLimit >= share);
    mark(`at most 0.1 % of gaps broken ${at}`, percent(row.gapViolations, 2), row.gapViolations <= 0.001);
    mark(`no wrong value ${at}`, String(row.wrong), row.wrong === 0);
    const peer = rows.find(({ client, baudRate }) => client === "modbus-serial" && baudRate === row.baudRate);
    if (peer !== undefined) {
      const ratio = row.processorMicrosecondsPerRequest / peer.processorMicrosecondsPerRequest;
      mark(`at most 0.7 of modbus-serial's processor time ${at}`, ratio.toFixed(2), ratio <= 0.7);
    }
  }
  for (const { deadRatio, lateWrong } of faultRows.filter(({ client }) => client === "weir")) {
    for (const rate of baudRates) {
      const ratio = deadRatio[rate] ?? 0;
      mark(`at least 90 % of the healthy throughput with one unit dead at ${rate} Bd`, percent(ratio), ratio >= 0.9);
    }
    mark("no wrong value after a late reply", String(lateWrong), lateWrong === 0);
  }
  return marks;
}
