/** The local socket of a running controller as a program uses it: one command a line, one JSON document a line, in order. */
import { existsSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";

export type ShellAnswer = Readonly<Record<string, unknown>>;

export interface ShellClient {
  readonly connected: boolean;
  /** Null where nobody answered. */
  ask(command: string): Promise<ShellAnswer | null>;
  stop(): void;
}

const reconnectMilliseconds = 500;
/** Longer than any answer takes while the controller scans; choice. */
const patienceMilliseconds = 3000;
/** More than a thousand machines in one document; a line beyond it is not the controller's. */
const longestLine = 4_000_000;

/** Connects to the socket in the controller's data folder, again and again, until stopped. */
export function openShellClient(dataFolder: string): ShellClient {
  const path = join(dataFolder, "shell.sock");
  let socket: Socket | null = null;
  let connected = false;
  let stopped = false;
  let text = "";
  let waiting: ((answer: ShellAnswer | null) => void)[] = [];

  const drop = (): void => {
    socket?.destroy();
    socket = null;
    connected = false;
    text = "";
    const left = waiting;
    waiting = [];
    for (const resolve of left) resolve(null);
  };
  const take = (line: string): void => {
    const answer = parseLine(line);
    // Greeting and prompts are not for programs.
    if (answer !== null) waiting.shift()?.(answer);
  };
  const dial = (): void => {
    if (stopped || socket !== null || !existsSync(path)) return;
    const born = connect(path);
    socket = born;
    born.setEncoding("utf8");
    born.once("connect", () => {
      connected = true;
      born.write("session program demo\n");
    });
    born.on("data", (chunk: string) => {
      text += chunk;
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      if (text.length > longestLine) drop();
      for (const line of lines) take(line);
    });
    born.on("error", drop);
    born.on("close", () => {
      if (socket === born) drop();
    });
  };
  const timer = setInterval(dial, reconnectMilliseconds);
  return {
    get connected() {
      return connected;
    },
    ask: (command) => {
      if (socket === null || !connected) return Promise.resolve(null);
      socket.write(`${command}\n`);
      return new Promise((resolve) => {
        const late = setTimeout(drop, patienceMilliseconds);
        waiting.push((answer) => {
          clearTimeout(late);
          resolve(answer);
        });
      });
    },
    stop: () => {
      stopped = true;
      clearInterval(timer);
      drop();
    },
  };
}

function parseLine(line: string): ShellAnswer | null {
  if (!line.trimStart().startsWith("{")) return null;
  try {
    return JSON.parse(line) as ShellAnswer;
  } catch {
    return null;
  }
}
