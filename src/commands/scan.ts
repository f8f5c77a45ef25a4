/** `weir scan PORT`: finds the devices of a serial line and names the boards that fit. It only reads. */
import type { Command } from "commander";
import { checkPort, portProblemText } from "../field/port-check.ts";
import type { NamedBoard } from "../field/scan/fit.ts";
import {
  parseAddresses,
  speedsOf,
  speedText,
  usualBaudRates,
  usualLastAddress,
  usualParities,
} from "../field/scan/plan.ts";
import { type FoundDevice, type Scanned, scanLine } from "../field/scan/scan.ts";
import type { Parity } from "../model/site.ts";
import { boardLibrary } from "../site/boards.ts";
import { dataFolder } from "../site/data-folder.ts";

const examples = `
Examples:
  weir scan /dev/serial/by-id/usb-FTDI_USB-RS485-if00-port0
  weir scan /dev/ttyUSB0 --addresses all --bauds 9600,19200 --parities none,even
  weir scan /dev/ttyUSB0 --every-speed --json

How it goes: every speed is tried at the addresses of devices as delivered; the first one that answers is searched
whole, and because a working line has one speed the others are skipped then (not with --every-speed). If nothing
answers, all addresses are tried at every speed. An address is alive when it answers anything, even a refusal.
Each device found is asked what the boards need to tell it by. Only reads are sent, and no register is read that
no board names, but registers 0 and 1. One stop bit is used; devices set to two understand it.
Ctrl-C ends it at once and shows what is found so far.
Exit code: 0 something was found, 1 nothing was, or the port cannot be opened; 2 wrong use; 130 interrupted.`;

interface Options {
  readonly addresses: string;
  readonly bauds?: string;
  readonly parities?: string;
  readonly everySpeed?: boolean;
  readonly boards?: string;
  readonly json?: boolean;
}

export function describe(command: Command): void {
  command
    .argument("<port>", "serial port, best by its path below /dev/serial/by-id")
    .option("--addresses <list>", "like 1-32, or 1,5,10-12, or all", `1-${usualLastAddress}`)
    .option("--bauds <list>", `speeds to try (default: ${usualBaudRates.join(",")})`)
    .option("--parities <list>", `parities to try (default: ${usualParities.join(",")})`)
    .option("--every-speed", "go on after devices were found")
    .option("--boards <folder>", "folder of the board files, instead of the installed one")
    .option("--json", "one JSON document and nothing else on standard output")
    .addHelpText("after", examples)
    .action((port: string, options: Options) => run(command, port, options));
}

async function run(command: Command, port: string, options: Options): Promise<void> {
  const wrong = (text: string): never => command.error(`error: ${text}`, { exitCode: 2 });
  const addresses =
    parseAddresses(options.addresses) ?? wrong(`${options.addresses} is no list of addresses from 1 to 247`);
  const speeds = speedsOf(
    baudRates(options.bauds) ?? wrong(`${options.bauds} is no list of speeds`),
    parities(options.parities) ?? wrong(`${options.parities}: parities are ${usualParities.join(", ")}`),
  );
  const problem = checkPort(port);
  if (problem !== null) return complain(options, portProblemText(problem));
  const boards = serialBoards(options.boards ?? `${dataFolder()}boards`);
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort());
  const scanned = await scanLine(
    { port, speeds, addresses, boards, everySpeed: options.everySpeed === true },
    {
      signal: abort.signal,
      say: (text, left) => console.error(left === null ? `  ${text}` : `  ${text}${leftText(left)}`),
    },
  );
  if (!scanned.ok) return complain(options, portProblemText(scanned.error));
  const { devices, interrupted } = scanned.value;
  process.exitCode = interrupted ? 130 : devices.length > 0 ? 0 : 1;
  if (options.json === true) console.log(JSON.stringify({ port, ...scanned.value }, null, 2));
  else console.log(scannedText(port, scanned.value));
}

function complain(options: Options, text: string): void {
  process.exitCode = 1;
  if (options.json === true) console.log(JSON.stringify({ devices: [], problem: text }, null, 2));
  else console.error(text);
}

function baudRates(text: string | undefined): readonly number[] | null {
  if (text === undefined) return usualBaudRates;
  const words = text.split(",").map((word) => word.trim());
  return words.every((word) => /^[1-9]\d{2,6}$/.test(word)) ? words.map(Number) : null;
}

function parities(text: string | undefined): readonly Parity[] | null {
  if (text === undefined) return usualParities;
  const words = text.split(",").map((word) => word.trim());
  const found = usualParities.filter((parity) => words.includes(parity));
  return found.length === words.length ? found : null;
}

/** Boards that cannot be used are the business of `weir check`. */
function serialBoards(folder: string): readonly NamedBoard[] {
  const library = boardLibrary(folder.endsWith("/") ? folder : `${folder}/`);
  return library.names("modbus").flatMap((name) => {
    const board = library.modbus(name);
    return board.ok && board.value.transports.includes("rtu") ? [{ name, file: board.value }] : [];
  });
}

function leftText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 120 ? ` (at most ${seconds} s left)` : ` (at most ${Math.ceil(seconds / 60)} min left)`;
}

function scannedText(port: string, { devices, garbled, skipped, interrupted }: Scanned): string {
  const rows = [`${port}: ${devices.length} ${devices.length === 1 ? "device" : "devices"}`];
  for (const device of devices) rows.push(...deviceRows(port, device));
  for (const { address, ...speed } of garbled)
    rows.push(
      `  address ${address} at ${speedText(speed)}: something that cannot be understood. Two devices may have this address: unplug one and scan again.`,
    );
  if (skipped.length > 0 && devices.length > 0)
    rows.push(
      `  ${skipped.length} other ${skipped.length === 1 ? "speed was" : "speeds were"} not searched whole: a line has one speed; --every-speed searches them too.`,
    );
  if (interrupted) rows.push("  Interrupted: there may be more.");
  else if (devices.length === 0)
    rows.push(
      "  Nothing answers. Check the wires (A and B exchanged?), the supply, and that no other master speaks; --addresses all looks further.",
    );
  return rows.join("\n");
}

function deviceRows(port: string, { address, candidates, ...speed }: FoundDevice): readonly string[] {
  const { best, others, tell } = candidates;
  const rows = [`  address ${address} at ${speedText(speed)}`];
  for (const { board, model, proof, points, plausible } of best)
    rows.push(`    ${board}: ${model}; ${proof}; ${plausible} of ${points} points have a plausible value`);
  if (best.length > 1) rows.push(...tell.map((text) => `    to tell apart: ${text}`));
  if (best.length === 0)
    rows.push(
      "    no board fits; boards/README.md says how to add one",
      "    its answer to two registers shows that it lives",
    );
  if (others.length > 0) rows.push(`    less likely: ${others.map(({ board }) => board).join(", ")}`);
  const [first] = best;
  if (first !== undefined)
    rows.push(
      `    weir read ${port} --board ${first.board} --address ${address} --baud ${speed.baudRate} --parity ${speed.parity}`,
    );
  return rows;
}
