/** Which lines of the watched files have run since the last time, by V8's own counting of blocks. */
import { readFileSync } from "node:fs";
import { Session } from "node:inspector";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Lines } from "./jury-words.ts";

interface Block {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** Counts from here on; the function takes what has run since it was called last. */
export function watchLines(folder: string): () => Lines {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const address = pathToFileURL(folder).href;
  const texts = new Map<string, string>();
  return () => {
    const lines: Record<string, string> = {};
    session.post("Profiler.takePreciseCoverage", (error, taken) => {
      if (error !== null) throw new Error(error.message);
      for (const { url, functions } of taken.result) {
        if (!url.startsWith(address)) continue;
        const text = texts.get(url) ?? readFileSync(fileURLToPath(url), "utf8");
        texts.set(url, text);
        const ran = linesThatRan(
          text,
          functions.map(({ ranges }) => ranges),
        );
        if (/[^0]/.test(ran)) lines[url.slice(address.length)] = ran;
      }
    });
    return lines;
  };
}

/** V8 tells functions and their blocks from the outer to the inner: the last word on a character counts. */
function linesThatRan(text: string, functions: readonly (readonly Block[])[]): string {
  const ran = new Uint8Array(text.length);
  for (const { startOffset, endOffset, count } of functions.flat()) ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  let digits = "";
  let digit = 0;
  let at = 0;
  for (const [number, line] of text.split("\n").entries()) {
    if (ran.subarray(at, at + line.length).includes(1)) digit |= 1 << (number % 4);
    at += line.length + 1;
    if (number % 4 === 3) {
      digits += digit.toString(16);
      digit = 0;
    }
  }
  return digits + digit.toString(16);
}

/** Whether any of these lines, from 0 on and both included, is among those that ran. */
export function anyRan(lines: Lines, file: string, [first, last]: readonly [number, number]): boolean {
  const digits = lines[file] ?? "";
  for (let line = first; line <= last; line += 1) {
    const digit = Number.parseInt(digits[Math.floor(line / 4)] ?? "0", 16);
    if ((digit & (1 << (line % 4))) !== 0) return true;
  }
  return false;
}
