/** `weir shell`: the debug shell of a running controller, over its socket or its serial console; one command or a session. */
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { userInfo } from "node:os";
import type { Duplex } from "node:stream";
import type { Command } from "commander";
import { SerialPort } from "serialport";

/** Data folders that are looked into when nothing else is said: of an installed controller, and of one run from a clone. */
const usualSockets = ["/var/lib/weir/shell.sock", ".weir/data/shell.sock"] as const;
/** For one answer [ms]; the controller itself gives up after 10 s. */
const answerMilliseconds = 15_000;
/** Ctrl-] leaves the session from this side, as telnet does: a serial console has no end. */
const leaveKey = 0x1d;

interface Options {
  readonly socket?: string;
  readonly port?: string;
  readonly baud: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

export function describe(command: Command): void {
  command
    .argument("[command...]", "one shell command; without it a session begins")
    .option("--socket <path>", `socket of the controller: DATA/shell.sock (looked for: ${usualSockets.join(", ")})`)
    .option("--port <tty>", "serial port that leads to the controller's console, instead of the socket")
    .option("--baud <baud>", "speed of that port", "115200")
    .option("--json", "one JSON document and nothing else")
    .option("--yes", "a dangerous command does not ask")
    .addHelpText(
      "after",
      `
Examples:
  weir shell                                a session; Ctrl-] or quit leaves it
  weir shell why tank/tank-1                one command; exit code 1 when it is refused
  weir shell --json miners asleep           the same for programs
  weir shell reset tank-1/flow --yes
  weir shell accept row-a-007 --yes         a machine that replaced another one
  weir shell --port /dev/ttyUSB0            over the serial console`,
    )
    .action(async (words: string[], options: Options) => {
      process.exitCode = await shell(words, options);
    });
}

async function shell(words: readonly string[], options: Options): Promise<number> {
  if (words.length === 0 && (options.json === true || options.yes === true))
    return say("--json and --yes need a command.", 2);
  const line = await reach(options);
  if (line === null) return 1;
  if (words.length > 0) return await one(line, words, options);
  return await session(line, options);
}

/** The stream to the controller; null after having said why there is none. */
function reach({ socket, port, baud }: Options): Promise<Duplex | null> {
  return new Promise((resolve) => {
    if (port === undefined) {
      const path = socket ?? usualSockets.find((usual) => existsSync(usual)) ?? usualSockets[0];
      const line = connect(path);
      line.once("connect", () => resolve(line));
      line.once("error", (error) => {
        say(`${path}: ${error.message}. Is the controller running (weir run)? Else name its socket with --socket.`, 1);
        resolve(null);
      });
      return;
    }
    const serial = new SerialPort({ path: port, baudRate: Number(baud), autoOpen: false });
    serial.on("error", () => {});
    serial.open((error) => {
      if (error !== null) say(`${port}: ${error.message}`, 1);
      resolve(error === null ? serial : null);
    });
  });
}

async function one(line: Duplex, words: readonly string[], { json, yes, port }: Options): Promise<number> {
  const form = json === true ? "--json" : "--framed";
  // On a console the line may hold what somebody began to type; Ctrl-U wipes it. Both ends of the session are set.
  const begin = port === undefined ? `session program ${user()}\n` : "\x15session program\r";
  line.write(`${begin}${words.join(" ")} ${form}${yes === true ? " --yes" : ""}\n`);
  const answer = await firstDocument(line);
  if (port !== undefined) line.write("session interactive\r");
  await close(line);
  if (answer === null) return say("No answer from the controller.", 1);
  if (json === true) process.stdout.write(`${JSON.stringify(answer)}\n`);
  else for (const text of answer.lines ?? []) process.stdout.write(`${text}\n`);
  return answer.ok ? 0 : 1;
}

interface Document {
  readonly ok: boolean;
  readonly lines?: readonly string[];
}

/** The first line that is an answer; what else may stand on a console is passed over. Null at the end or deadline. */
function firstDocument(line: Duplex): Promise<Document | null> {
  return new Promise((resolve) => {
    let text = "";
    const timer = setTimeout(() => finish(null), answerMilliseconds);
    const finish = (document: Document | null): void => {
      clearTimeout(timer);
      line.removeAllListeners("data");
      resolve(document);
    };
    line.on("error", () => finish(null));
    line.once("close", () => finish(null));
    line.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const lines = text.split(/\r?\n/);
      text = lines.pop() ?? "";
      const found = lines.map(asDocument).find((document) => document !== null);
      if (found !== undefined) finish(found);
    });
  });
}

function asDocument(text: string): Document | null {
  if (!text.startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "ok" in value ? (value as Document) : null;
  } catch {
    // Noise on a console that begins with a brace.
    return null;
  }
}

/** Passes keys and text through until one side ends it. */
async function session(line: Duplex, { port }: Options): Promise<number> {
  const { stdin, stdout } = process;
  const person = stdin.isTTY;
  if (person) stdin.setRawMode(true);
  if (port === undefined && person) line.write(`session interactive ${user()}\n`);
  else if (person) line.write("\r");
  const ended = new Promise<void>((resolve) => {
    line.on("error", () => resolve());
    line.once("close", () => resolve());
    stdin.on("data", (keys: Buffer) => {
      const leave = person ? keys.indexOf(leaveKey) : -1;
      line.write(leave < 0 ? keys : keys.subarray(0, leave));
      if (leave >= 0) resolve();
    });
    stdin.once("end", () => line.end());
  });
  line.on("data", (chunk: Buffer) => stdout.write(chunk));
  await ended;
  if (person) stdin.setRawMode(false);
  stdin.destroy();
  await close(line);
  if (person) stdout.write("\r\n");
  return 0;
}

async function close(line: Duplex): Promise<void> {
  if (line instanceof SerialPort && line.isOpen)
    await new Promise<void>((resolve) => line.drain(() => line.close(() => resolve())));
  else line.destroy();
}

function user(): string {
  return process.env["SUDO_USER"] ?? userInfo().username;
}

function say(text: string, exitCode: number): number {
  process.stderr.write(`weir shell: ${text}\n`);
  return exitCode;
}
