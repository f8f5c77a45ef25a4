/** A line editor that needs nothing of the terminal but backspace: keys in, echo and finished lines out. No I/O. */

/** Longest line; choice: several times the longest sensible command. */
export const longestLine = 200;
/** Lines kept for the up key; choice. */
const historyLength = 50;
/** An escape sequence longer than this is noise; the keys handled here have at most four bytes. */
const longestSequence = 8;

export type EditorEvent =
  /** To be sent to the terminal as it is. */
  | { readonly kind: "echo"; readonly text: string }
  | { readonly kind: "line"; readonly text: string }
  /** A line longer than the longest one: nothing of it counts. */
  | { readonly kind: "too-long" }
  /** Ctrl-C: whatever was being typed or asked is off. */
  | { readonly kind: "interrupt" }
  /** Ctrl-D on an empty line. */
  | { readonly kind: "end" };

/** ASCII control characters, and the letters that end an escape sequence, as keys. */
const keys: Readonly<Record<number, Key>> = {
  1: "home",
  2: "left",
  3: "interrupt",
  4: "end-of-input",
  5: "end",
  6: "right",
  8: "backspace",
  11: "kill-rest",
  14: "next",
  16: "previous",
  21: "kill-line",
  23: "kill-word",
  127: "backspace",
};
const sequences: Readonly<Record<string, Key>> = {
  "[A": "previous",
  "[B": "next",
  "[C": "right",
  "[D": "left",
  "[H": "home",
  "[F": "end",
  "[1~": "home",
  "[3~": "delete",
  "[4~": "end",
  OA: "previous",
  OB: "next",
  OC: "right",
  OD: "left",
  OH: "home",
  OF: "end",
};

type Key =
  | "home"
  | "end"
  | "left"
  | "right"
  | "previous"
  | "next"
  | "backspace"
  | "delete"
  | "kill-rest"
  | "kill-line"
  | "kill-word"
  | "interrupt"
  | "end-of-input";

const bell = "\x07";

export class LineEditor {
  #line = "";
  #cursor = 0;
  #tooLong: boolean;
  #lastWasReturn: boolean;
  /** Bytes since an escape; null outside of a sequence. */
  #sequence: string | null = null;
  readonly #history: string[] = [];
  /** Position in the history; its length means the line being typed. */
  #recalled = 0;
  #draft = "";
  #events: EditorEvent[] = [];

  constructor() {
    this.#tooLong = false;
    this.#lastWasReturn = false;
  }

  /** Takes bytes as they come; answers with what they make happen, in order. */
  push(bytes: Uint8Array): EditorEvent[] {
    this.#events = [];
    for (const byte of bytes) this.#take(byte);
    return this.#events;
  }

  /** Takes the newest line out of the history: the answer to a question must not come up again. */
  unremember(line: string): void {
    if (this.#history.at(-1) === line) this.#history.pop();
    this.#recalled = this.#history.length;
  }

  #take(byte: number): void {
    const afterReturn = this.#lastWasReturn;
    this.#lastWasReturn = byte === 0x0d;
    if (this.#sequence !== null) this.#continueSequence(byte);
    else if (byte === 0x1b) this.#sequence = "";
    else if (byte === 0x0d) this.#finish();
    else if (byte === 0x0a) {
      // The second half of CR LF.
      if (!afterReturn) this.#finish();
    } else if (byte >= 0x20 && byte < 0x7f) this.#insert(String.fromCharCode(byte));
    else {
      const key = keys[byte];
      if (key !== undefined) this.#press(key);
    }
  }

  #continueSequence(byte: number): void {
    const sequence = `${this.#sequence}${String.fromCharCode(byte)}`;
    // ECMA-48: parameters from space to ?, then one final letter; the cursor keys of old terminals say O instead of [.
    const complete = /^(\[[ -?]*|O)[A-Za-z~]$/.test(sequence);
    const goesOn = /^(\[[ -?]*|O)$/.test(sequence) && sequence.length <= longestSequence;
    this.#sequence = goesOn ? sequence : null;
    const key = complete ? sequences[sequence] : undefined;
    if (key !== undefined) this.#press(key);
  }

  #press(key: Key): void {
    switch (key) {
      case "home":
        this.#moveTo(0);
        break;
      case "end":
        this.#moveTo(this.#line.length);
        break;
      case "left":
        this.#moveTo(this.#cursor - 1);
        break;
      case "right":
        this.#moveTo(this.#cursor + 1);
        break;
      case "previous":
        this.#recall(this.#recalled - 1);
        break;
      case "next":
        this.#recall(this.#recalled + 1);
        break;
      case "backspace":
        this.#erase(this.#cursor - 1, this.#cursor);
        break;
      case "delete":
        this.#erase(this.#cursor, this.#cursor + 1);
        break;
      case "kill-rest":
        this.#erase(this.#cursor, this.#line.length);
        break;
      case "kill-line":
        this.#tooLong = false;
        this.#replace("");
        break;
      case "kill-word":
        this.#erase(this.#line.slice(0, this.#cursor).replace(/\S*\s*$/, "").length, this.#cursor);
        break;
      case "interrupt":
        this.#echo("^C\r\n");
        this.#forget();
        this.#events.push({ kind: "interrupt" });
        break;
      case "end-of-input":
        if (this.#line === "") this.#events.push({ kind: "end" });
        break;
    }
  }

  #insert(character: string): void {
    if (this.#line.length >= longestLine) {
      if (!this.#tooLong) this.#echo(bell);
      this.#tooLong = true;
      return;
    }
    const rest = this.#line.slice(this.#cursor);
    this.#line = this.#line.slice(0, this.#cursor) + character + rest;
    this.#cursor += 1;
    this.#echo(character + rest + "\b".repeat(rest.length));
  }

  #erase(from: number, to: number): void {
    if (from < 0 || to > this.#line.length || from >= to) return;
    this.#moveTo(from);
    const rest = this.#line.slice(to);
    this.#line = this.#line.slice(0, from) + rest;
    this.#echo(rest + " ".repeat(to - from) + "\b".repeat(rest.length + to - from));
  }

  #moveTo(position: number): void {
    const target = Math.min(Math.max(position, 0), this.#line.length);
    this.#echo(target < this.#cursor ? "\b".repeat(this.#cursor - target) : this.#line.slice(this.#cursor, target));
    this.#cursor = target;
  }

  #replace(line: string): void {
    this.#moveTo(0);
    const leftover = Math.max(0, this.#line.length - line.length);
    this.#echo(line + " ".repeat(leftover) + "\b".repeat(leftover));
    this.#line = line;
    this.#cursor = line.length;
  }

  #recall(position: number): void {
    if (position < 0 || position > this.#history.length) return;
    if (this.#recalled === this.#history.length) this.#draft = this.#line;
    this.#recalled = position;
    this.#replace(this.#history[position] ?? this.#draft);
  }

  #finish(): void {
    const text = this.#line.trim();
    const tooLong = this.#tooLong;
    this.#echo("\r\n");
    if (!tooLong && text !== "" && text !== this.#history.at(-1)) this.#history.push(text);
    if (this.#history.length > historyLength) this.#history.shift();
    this.#forget();
    this.#events.push(tooLong ? { kind: "too-long" } : { kind: "line", text });
  }

  #forget(): void {
    this.#line = "";
    this.#cursor = 0;
    this.#tooLong = false;
    this.#recalled = this.#history.length;
    this.#draft = "";
  }

  #echo(text: string): void {
    if (text !== "") this.#events.push({ kind: "echo", text });
  }
}
