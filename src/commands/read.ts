/** `weir read PORT`: shows everything one device tells, with units, quality and the raw words. It writes nothing. */
import type { Command } from "commander";
import { captureFrames } from "../field/capture-frames.ts";
import { type Conversation, converse, type LineSettings } from "../field/conversation.ts";
import { locate } from "../field/locate.ts";
import { loneDevice } from "../field/lone-device.ts";
import { portProblemText } from "../field/port-check.ts";
import {
  type DeviceShown,
  type FixedShown,
  isOther,
  type PointShown,
  readDevice,
  unitSettings,
} from "../field/read-device.ts";
import type { BoardFile } from "../model/generated/board.ts";
import type { DeviceSite, Parity } from "../model/site.ts";
import { unitOf } from "../model/units.ts";
import { boardLibrary } from "../site/boards.ts";
import { dataFolder } from "../site/data-folder.ts";
import { suggestion } from "../site/problem.ts";
import { problemsText } from "./check.ts";

const examples = `
Examples:
  weir read /dev/ttyUSB0 --board eastron-sdm630-v2 --address 1
  weir read /dev/ttyUSB0 --board abb-b23-b24 --address 3 --baud 19200 --parity even --json
  weir read /dev/ttyUSB0 --board my-meter --address 1 --frames > test/boards/frames/my-meter.txt

Without --baud and --parity the device is taken to be set as delivered. Nothing is written to it.
Unknown device, speed or address: weir scan PORT.
Exit code: 0 every point was read, 1 something was not, or the device is another one; 2 wrong use.`;

interface Options {
  readonly board: string;
  readonly address: string;
  readonly baud?: string;
  readonly parity?: string;
  readonly stopBits?: string;
  readonly boards?: string;
  readonly frames?: boolean;
  readonly json?: boolean;
}

const parities: readonly Parity[] = ["none", "even", "odd"];

export function describe(command: Command): void {
  command
    .argument("<port>", "serial port, best by its path below /dev/serial/by-id")
    .requiredOption("--board <name>", "board file of the device, without folder and ending")
    .requiredOption("--address <number>", "Modbus address, 1 to 247")
    .option("--baud <number>", "speed of the line")
    .option("--parity <name>", `one of ${parities.join(", ")}`)
    .option("--stop-bits <number>", "1 or 2")
    .option("--boards <folder>", "folder of the board files, instead of the installed one")
    .option("--frames", "the frames that prove a new board, as test/boards/frames keeps them")
    .option("--json", "one JSON document and nothing else")
    .addHelpText("after", examples)
    .action((port: string, options: Options) => run(command, port, options));
}

async function run(command: Command, port: string, options: Options): Promise<void> {
  const folder = options.boards ?? `${dataFolder()}boards`;
  const library = boardLibrary(folder.endsWith("/") ? folder : `${folder}/`);
  const board = library.modbus(options.board);
  if (!board.ok && board.error === "unknown")
    return command.error(
      `error: there is no board ${options.board}; ${suggestion(options.board, library.names("modbus"))}`,
      { exitCode: 2 },
    );
  if (!board.ok) return complain(options, problemsText(library.problems()));
  const settings = settingsOf(port, board.value, options);
  if (typeof settings === "string") return command.error(`error: ${settings}`, { exitCode: 2 });
  const address = Number(options.address);
  if (!/^\d{1,3}$/.test(options.address) || address < 1 || address > 247)
    return command.error(`error: ${options.address} is no Modbus address: 1 to 247`, { exitCode: 2 });

  const device = loneDevice("device", options.board, board.value, address);
  const conversation = await converse(settings, [unitSettings(device)]);
  if (!conversation.ok) return complain(options, portProblemText(conversation.error));
  try {
    const found = await locate(conversation.value, device);
    if (found === null) return complain(options, nowhere(board.value, settings, address));
    if (options.frames === true) return await tellFrames(conversation.value, found, options);
    const shown = await readDevice(conversation.value, found);
    const good = isGood(board.value, shown);
    process.exitCode = good ? 0 : 1;
    const where = { port, address, board: options.board, baudRate: settings.baudRate, parity: settings.parity };
    if (options.json === true)
      console.log(JSON.stringify({ good, ...where, ...shown, points: shown.points.map(plain) }, null, 2));
    else console.log(shownText(board.value, settings, address, shown));
  } finally {
    await conversation.value.close();
  }
}

/** Their values are those of the board, which a person must compare: a board that proves itself proves nothing. */
async function tellFrames(conversation: Conversation, device: DeviceSite, options: Options): Promise<void> {
  const frames = await captureFrames(conversation, device);
  process.exitCode = frames.length > 0 ? 0 : 1;
  if (options.json === true) return console.log(JSON.stringify({ good: frames.length > 0, frames }, null, 2));
  console.log("# Captured; every value compared with the meter's display: not yet.");
  console.log("# point | request | reply | value in the unit of the name, or fault");
  for (const line of frames) console.log(line);
}

function complain(options: Options, text: string): void {
  process.exitCode = 1;
  if (options.json === true) console.log(JSON.stringify({ good: false, problem: text }, null, 2));
  else console.error(text);
}

/** What the person said, else what the board says of a device as delivered. */
function settingsOf(port: string, board: BoardFile, options: Options): LineSettings | string {
  const baud = options.baud ?? board.serial?.defaultBaudRate?.toString();
  if (baud === undefined)
    return `the board does not tell a speed as delivered; give --baud, or find it by weir scan ${port}`;
  if (!/^[1-9]\d{2,6}$/.test(baud)) return `${baud} is no speed`;
  const parity = parities.find((name) => name === (options.parity ?? board.serial?.defaultParity ?? "none"));
  if (parity === undefined) return `${options.parity} is none of ${parities.join(", ")}`;
  const stopBits = options.stopBits ?? String(board.serial?.defaultStopBits ?? 1);
  if (stopBits !== "1" && stopBits !== "2") return `${stopBits} stop bits: 1 or 2`;
  return { port, baudRate: Number(baud), parity, stopBits: stopBits === "1" ? 1 : 2 };
}

/** An input that may be left open proves nothing by being open, nor a detail by being left out. */
function isGood(board: BoardFile, { probe, identity, requirements, points }: DeviceShown): boolean {
  const settled = !identity.some(isOther) && requirements.every(({ verdict }) => verdict !== "other");
  const free = new Set(board.points.filter(({ wired }) => wired === "by-site").map(({ name }) => name));
  const details = new Set(board.points.filter(({ detail }) => detail).map(({ name }) => name));
  const wanted = points.filter((point) => {
    const name = shortName(point);
    return point.raw === null || !(free.has(name) || (details.has(name) && point.fault === "no-value"));
  });
  return probe?.proven !== false && settled && wanted.every(({ fault }) => fault === null);
}

function plain(point: PointShown) {
  const name = shortName(point);
  return { ...point, name, unit: unitOf(name) };
}

function shortName({ name }: { readonly name: string }): string {
  return name.slice(name.indexOf("/") + 1);
}

function nowhere(board: BoardFile, settings: LineSettings, address: number): string {
  return `At address ${address} of ${lineText(settings)} no model of ${board.vendor} ${board.model} was found. Find out what answers by weir scan ${settings.port}.`;
}

function lineText({ port, baudRate, parity, stopBits }: LineSettings): string {
  return `${port} at ${baudRate} Bd, parity ${parity}, ${stopBits} stop ${stopBits === 1 ? "bit" : "bits"}`;
}

function shownText(board: BoardFile, settings: LineSettings, address: number, shown: DeviceShown): string {
  const { probe, identity, requirements, serialNumber, points } = shown;
  const rows = [`${board.vendor} ${board.model}: address ${address} of ${lineText(settings)}`];
  if (probe !== null) {
    const said = probe.raw === null ? "is not answered" : `${probe.value ?? "is no value"} (${probe.raw})`;
    const proof = probe.proven ? "as it must be" : "NOT PROVEN: another device, another word order, or a wrong address";
    rows.push(`  probe        ${shortName(probe)} ${said}: ${proof}`);
  }
  for (const answer of identity) rows.push(`  identity     ${fixedText(answer)}`);
  for (const answer of requirements) rows.push(`  setting      ${fixedText(answer)}`);
  if (serialNumber !== null) rows.push(`  serial no.   ${serialNumber}`);
  rows.push(...pointRows(points, settings.port));
  return rows.join("\n");
}

function pointRows(points: readonly PointShown[], port: string): readonly string[] {
  if (points.every(({ fault }) => fault === "no-reply"))
    return [
      `  Nothing answers. Check the wires A and B, the supply, address, speed and parity; weir scan ${port} finds them.`,
    ];
  if (points.every(({ fault }) => fault === "refused-by-device"))
    return [`  It answers, and has none of these registers: another device. weir scan ${port} names boards that fit.`];
  const width = Math.max(...points.map((point) => shortName(point).length)) + 2;
  return points.map((point) => {
    const name = shortName(point);
    const unit = unitOf(name);
    const value = point.value === null ? "" : `${figure(point.value)} ${unit === null || unit === "1" ? "" : unit}`;
    const quality = (point.fault ?? "good").padEnd(18);
    return `  ${name.padEnd(width)}${value.trim().padStart(16)}  ${quality}${point.raw ?? ""}`.trimEnd();
  });
}

/** Six digits are more than any instrument is right to. */
function figure(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(6)));
}

function fixedText({ read, verdict, raw, meaning }: FixedShown): string {
  switch (verdict) {
    case "right":
      return `${read.name}: ${meaning} (${raw})`;
    case "shown":
      return `${read.name}: ${raw}`;
    case "refused":
      return `${read.name}: refused; ${read.remedy}`;
    case "silent":
      return `${read.name}: not answered`;
    case "other":
      return `${read.name}: ${raw} is none of ${read.expected.map(({ meaning: text }) => text).join(", ")}; ${read.remedy}`;
  }
}
