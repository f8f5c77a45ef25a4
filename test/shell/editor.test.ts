import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type EditorEvent, LineEditor, longestLine } from "../../src/shell/editor.ts";

const test = suite("line editor");

/** A terminal that knows printing, backspace, carriage return and line feed, and nothing else. */
class DumbTerminal {
  #row: string[] = [];
  #column = 0;

  show(text: string): void {
    for (const character of text) {
      if (character === "\b") this.#column -= 1;
      else if (character === "\r") this.#column = 0;
      else if (character === "\n") this.#row = [];
      else if (character !== "\x07") {
        this.#row[this.#column] = character;
        this.#column += 1;
      }
    }
  }

  /** What stands on the current row, with a bar where the cursor is. */
  get row(): string {
    const text = this.#row.join("");
    return `${text.slice(0, this.#column)}|${text.slice(this.#column).trimEnd()}`;
  }
}

function type(editor: LineEditor, keys: string, terminal = new DumbTerminal()) {
  const events: EditorEvent[] = editor.push(Buffer.from(keys, "latin1"));
  const lines: string[] = [];
  const others: string[] = [];
  for (const event of events) {
    if (event.kind === "echo") terminal.show(event.text);
    else if (event.kind === "line") lines.push(event.text);
    else others.push(event.kind);
  }
  return { lines, others, row: terminal.row };
}

const left = "\x1b[D";
const right = "\x1b[C";
const up = "\x1b[A";
const down = "\x1b[B";

test("CR, LF and CR LF each end a line once", () => {
  assert.equal(type(new LineEditor(), "a\rb\nc\r\nd\n\ne\r\r").lines, ["a", "b", "c", "d", "", "e", ""]);
});

test("CR LF in two pieces is one end too", () => {
  const editor = new LineEditor();
  assert.equal(type(editor, "a\r").lines, ["a"]);
  assert.equal(type(editor, "\nb\r").lines, ["b"]);
});

test("backspace and delete erase left of the cursor, and nothing beyond the start", () => {
  const result = type(new LineEditor(), "\b\x7fabcd\b\x7fx");
  assert.is(result.row, "abx|");
  assert.equal(type(new LineEditor(), "abcd\b\x7fx\r").lines, ["abx"]);
});

test("what is shown is what is in the line, wherever the cursor is", () => {
  assert.is(type(new LineEditor(), `stus${left}${left}at`).row, "stat|us");
  assert.equal(type(new LineEditor(), `stus${left}${left}at\r`).lines, ["status"]);
  assert.is(type(new LineEditor(), `abc${left}${left}${left}${left}x${right}y`).row, "xay|bc");
  assert.is(type(new LineEditor(), "abc\x01x\x05y").row, "xabcy|");
  assert.is(type(new LineEditor(), `abc${left}${left}\x1b[3~`).row, "a|c");
  assert.is(type(new LineEditor(), `why tank/tank-1${left}\x17`).row, "why |1");
  assert.is(type(new LineEditor(), `one two ${left}\x0b`).row, "one two|");
});

test("Ctrl-U wipes the line, Ctrl-W the word before the cursor", () => {
  assert.equal(type(new LineEditor(), "nonsense\x15status\r").lines, ["status"]);
  assert.equal(type(new LineEditor(), "reset tank-1/flow  \x17tank-2/flow\r").lines, ["reset tank-2/flow"]);
});

test("up and down walk the history and come back to what was being typed", () => {
  const editor = new LineEditor();
  const terminal = new DumbTerminal();
  type(editor, "status\rstatus\r\rlines\r", terminal);
  assert.is(type(editor, `wh${up}`, terminal).row, "lines|");
  assert.is(type(editor, up, terminal).row, "status|");
  assert.is(type(editor, up, terminal).row, "status|");
  assert.is(type(editor, down, terminal).row, "lines|");
  assert.is(type(editor, down, terminal).row, "wh|");
  assert.equal(type(editor, `${up}\r`, terminal).lines, ["lines"]);
});

test("Ctrl-C drops the line, Ctrl-D ends only an empty one", () => {
  const editor = new LineEditor();
  const result = type(editor, "reset x\x03\r");
  assert.equal(result.others, ["interrupt"]);
  assert.equal(result.lines, [""]);
  assert.equal(type(editor, "a\x04").others, []);
  assert.equal(type(editor, "\b\x04").others, ["end"]);
});

test("a line beyond the longest counts for nothing, and the next one counts again", () => {
  const result = type(new LineEditor(), `reset ${"x".repeat(longestLine)}\rstatus\r`);
  assert.equal(result.others, ["too-long"]);
  assert.equal(result.lines, ["status"]);
  assert.equal(type(new LineEditor(), `${"x".repeat(longestLine)}\r`).lines, ["x".repeat(longestLine)]);
});

test("unknown keys, unfinished sequences and bytes beyond ASCII leave no trace", () => {
  assert.equal(type(new LineEditor(), "\x1b[15~\x1b[99;5Q\x00\x1b[\xfflines\r").lines, ["lines"]);
  assert.equal(type(new LineEditor(), `\x1b[${"1".repeat(40)}\x15status\r`).lines, ["status"]);
});

test.run();
