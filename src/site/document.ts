/** A YAML or JSON file as a value, with the line of each of its parts. It knows no schema. */
import { readFileSync, statSync } from "node:fs";
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { fail, type Result, succeed } from "../model/result.ts";
import type { Finding, SiteProblem } from "./problem.ts";

/** Largest file that is read [bytes]. Choice: a site of 1,000 machines is below 100 kB. */
const largestBytes = 1_048_576;
/** Most expansions of YAML aliases: a file may not grow without bound in memory. Choice. */
const mostAliases = 100;

export interface Document {
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  /** 1-based line of a JSON pointer; of its nearest ancestor where it is not there itself. */
  lineOf(pointer: string): number;
}

/** Reads and parses; every syntax error is a problem of its own. */
export function readDocument(file: string): Result<Document, readonly SiteProblem[]> {
  const text = readText(file);
  if (!text.ok) return fail([{ file, line: 1, pointer: "", ...text.error }]);
  return parseText(file, text.value);
}

/** YAML 1.2 covers JSON: one parser, one kind of line number for both. */
export function parseText(file: string, text: string): Result<Document, readonly SiteProblem[]> {
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: "1.2" });
  const problems = parsed.errors.map((error) => ({
    file,
    line: Math.max(1, lines.linePos(error.pos[0]).line),
    pointer: "",
    found: firstLine(error.message),
    expected: "YAML or JSON that can be read",
    remedy: "mend the syntax: indent with spaces, quote texts that contain `: ` or `#`",
  }));
  if (problems.length > 0) return fail(problems);
  const value = plainValue(() => parsed.toJS({ maxAliasCount: mostAliases }));
  if (!value.ok)
    return fail([
      {
        file,
        line: 1,
        pointer: "",
        found: firstLine(value.error),
        expected: `at most ${mostAliases} expansions of aliases, each with its anchor`,
        remedy: "write the repeated part out",
      },
    ]);
  const lineOf = (pointer: string): number => Math.max(1, lines.linePos(offsetOf(parsed.contents, pointer)).line);
  return succeed({ file, text, value: value.value, lineOf });
}

/** Findings of a document as problems, in the order of their lines. */
export function locate(document: Document, findings: readonly Finding[]): SiteProblem[] {
  return findings
    .map((finding) => ({ file: document.file, line: document.lineOf(finding.pointer), ...finding }))
    .sort((a, b) => a.line - b.line);
}

/** Steps of a JSON pointer, unescaped. */
export function stepsOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** A JSON pointer from its steps, escaped. */
export function pointerOf(...steps: readonly (string | number)[]): string {
  return steps.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function offsetOf(contents: unknown, pointer: string): number {
  let node: unknown = contents;
  let offset = (node as Node | null)?.range?.[0] ?? 0;
  for (const step of stepsOf(pointer)) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === step);
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}

function readText(file: string): Result<string, Omit<SiteProblem, "file" | "line" | "pointer">> {
  try {
    const { size } = statSync(file);
    if (size > largestBytes)
      return fail({
        found: `${size} bytes`,
        expected: `at most ${largestBytes} bytes`,
        remedy: "is this the right file?",
      });
    return succeed(readFileSync(file, "utf8"));
  } catch (error) {
    return fail({ found: (error as Error).message, expected: "a file that can be read", remedy: "check the path" });
  }
}

function plainValue(convert: () => unknown): Result<unknown, string> {
  try {
    return succeed(convert());
  } catch (error) {
    return fail((error as Error).message);
  }
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? text;
}
