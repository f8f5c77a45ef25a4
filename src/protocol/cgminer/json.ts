/** Reads the almost-JSON of miners: repairs what is known to be broken, refuses what could be misread. Knows no field names. */
import { fail, type Result, succeed } from "../../model/result.ts";

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export type JsonFailure = { readonly kind: "not-json"; readonly offset: number; readonly expected: string };

export interface TolerantJson {
  readonly value: JsonValue;
  /** The end was missing: what was complete before the cut is in `value`, the rest is absent. */
  readonly truncated: boolean;
  /** Something other than the end was repaired. */
  readonly repaired: boolean;
}

/** Replies nest four deep; a deeper one is not a miner's. Choice: bounds the recursion. */
const maximumDepth = 24;

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const bareWordPattern = /[-+]?[A-Za-z]*/y;
const hexadecimalPattern = /^[0-9a-fA-F]{4}$/;

/** Thrown inside this file only; never leaves `parseTolerantJson`. */
class Refusal {
  readonly offset: number;
  readonly expected: string;
  constructor(offset: number, expected: string) {
    this.offset = offset;
    this.expected = expected;
  }
}

/** Marks a value that the cut went through: it is left out, never guessed. */
const cut = Symbol("cut");
type Parsed = JsonValue | typeof cut;

/**
 * Parses a reply's text. `nan` and `inf` become null (no value), never zero. Repaired: missing commas between members,
 * `,}`, `[,`, a missing first brace, `["329":"..."]`, `\'`, raw control characters in strings, a cut-off end.
 */
export function parseTolerantJson(text: string): Result<TolerantJson, JsonFailure> {
  const strict = parseStrict(text);
  if (strict !== undefined) return succeed({ value: strict, truncated: false, repaired: false });
  const trimmed = text.trim();
  // Some firmware loses the first brace: the reply then begins with the comma or the key behind it.
  const headless = trimmed.startsWith(",") || trimmed.startsWith('"');
  const reader = new Reader(headless ? `{${trimmed}` : trimmed);
  try {
    const value = reader.document();
    return succeed({ value, truncated: reader.truncated, repaired: true });
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    return fail({ kind: "not-json", offset: refusal.offset, expected: refusal.expected });
  }
}

function parseStrict(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

class Reader {
  truncated = false;
  private readonly text: string;
  private readonly mayBeCut: boolean;
  private at = 0;

  constructor(text: string) {
    this.text = text;
    // An end that looks whole but leaves brackets open lost a bracket inside: members would land under the wrong parent.
    this.mayBeCut = !/[}\]]$/.test(text);
  }

  document(): JsonValue {
    const value = this.value(0);
    if (value === cut) throw new Refusal(this.at, "a value");
    this.space();
    if (this.at < this.text.length) throw new Refusal(this.at, "the end");
    return value;
  }

  private value(depth: number): Parsed {
    if (depth > maximumDepth) throw new Refusal(this.at, "fewer levels");
    this.space();
    const next = this.text[this.at];
    if (next === undefined) return this.end();
    if (next === "{") return this.object(depth);
    if (next === "[") return this.array(depth);
    if (next === '"') return this.string();
    if (next === "-" || (next >= "0" && next <= "9")) return this.number();
    return this.word();
  }

  private object(depth: number): Parsed {
    this.at += 1;
    return this.members("}", depth);
  }

  /** Members up to `close`; also serves `["329":"..."]`, an object in the wrong brackets. */
  private members(close: "}" | "]", depth: number): Parsed {
    const members: Record<string, JsonValue> = {};
    for (;;) {
      this.separators();
      const next = this.text[this.at];
      if (next === undefined) return this.ended(members);
      if (next === close) {
        this.at += 1;
        return members;
      }
      if (next !== '"') throw new Refusal(this.at, "a key");
      const key = this.string();
      if (key === cut) return this.ended(members);
      this.space();
      if (this.at >= this.text.length) return this.ended(members);
      if (this.text[this.at] !== ":") throw new Refusal(this.at, "a colon");
      this.at += 1;
      const value = this.value(depth + 1);
      if (value === cut) return this.ended(members);
      // The same key twice with different contents: nobody can say which one is right.
      if (Object.hasOwn(members, key) && !isContainer(value) && members[key] !== value)
        throw new Refusal(this.at, "each key once");
      if (key !== "__proto__") members[key] = value;
    }
  }

  private array(depth: number): Parsed {
    this.at += 1;
    if (this.looksLikeMembers()) return this.members("]", depth);
    const elements: JsonValue[] = [];
    for (;;) {
      this.separators();
      const next = this.text[this.at];
      if (next === undefined) return this.ended(elements);
      if (next === "]") {
        this.at += 1;
        return elements;
      }
      const value = this.value(depth + 1);
      if (value === cut) return this.ended(elements);
      this.space();
      if (this.text[this.at] === ":") throw new Refusal(this.at, "an element");
      elements.push(value);
    }
  }

  private looksLikeMembers(): boolean {
    const start = this.at;
    this.separators();
    const isKey = this.text[this.at] === '"' && this.string() !== cut && this.text[this.at] === ":";
    this.at = start;
    return isKey;
  }

  private string(): string | typeof cut {
    let result = "";
    let from = this.at + 1;
    for (let at = from; at < this.text.length; at += 1) {
      const character = this.text[at];
      if (character === '"') {
        this.at = at + 1;
        return result + this.text.slice(from, at);
      }
      if (character !== "\\") continue;
      result += this.text.slice(from, at);
      const letter = this.text[at + 1];
      if (letter === undefined) break;
      if (letter === "u") {
        const digits = this.text.slice(at + 2, at + 6);
        if (at + 6 >= this.text.length) break;
        if (!hexadecimalPattern.test(digits)) throw new Refusal(at, "four hexadecimal digits");
        result += String.fromCharCode(Number.parseInt(digits, 16));
        at += 5;
      } else {
        result += unescaped(letter);
        at += 1;
      }
      from = at + 1;
    }
    this.at = this.text.length;
    return this.end();
  }

  private number(): Parsed {
    numberPattern.lastIndex = this.at;
    const digits = numberPattern.exec(this.text)?.[0];
    if (digits === undefined) return this.word();
    const after = this.text[this.at + digits.length];
    this.at += digits.length;
    // At the very end a number may have lost digits, or be about to go on behind one more character.
    if (/[\s,}\]"{]/.test(after ?? "")) return Number(digits);
    if (this.at + 1 >= this.text.length) return this.end();
    throw new Refusal(this.at, "the end of a number");
  }

  private word(): Parsed {
    bareWordPattern.lastIndex = this.at;
    const word = bareWordPattern.exec(this.text)?.[0] ?? "";
    if (word === "") throw new Refusal(this.at, "a value");
    this.at += word.length;
    if (this.at >= this.text.length) return this.end();
    if (word === "true") return true;
    if (word === "false") return false;
    if (/^(null|[-+]?(nan|inf|infinity))$/i.test(word)) return null;
    throw new Refusal(this.at - word.length, "a value");
  }

  /** Missing, single and doubled commas all separate: members are told apart by their quotes and brackets. */
  private separators(): void {
    while (/[\s,]/.test(this.text[this.at] ?? "")) this.at += 1;
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? "")) this.at += 1;
  }

  private end(): typeof cut {
    if (!this.mayBeCut) throw new Refusal(this.at, "balanced brackets");
    this.truncated = true;
    return cut;
  }

  private ended<Whole>(whole: Whole): Whole {
    this.end();
    return whole;
  }
}

function isContainer(value: JsonValue): boolean {
  return typeof value === "object" && value !== null;
}

function unescaped(letter: string): string {
  if (letter === "n") return "\n";
  if (letter === "t") return "\t";
  if (letter === "r") return "\r";
  if (letter === "b") return "\b";
  if (letter === "f") return "\f";
  return letter;
}
