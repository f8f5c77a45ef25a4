/** A sheet of character cells: text is put anywhere and clipped at the edges; no cell is ever wider than one column. */

export type Tone = "plain" | "dim" | "bold" | "good" | "warning" | "bad" | "power" | "limit" | "frame" | "bar";

/** The sixteen colours every terminal and serial console has. */
const codes: Readonly<Record<Tone, string>> = {
  plain: "",
  dim: "90",
  bold: "1",
  good: "32",
  warning: "33",
  bad: "1;31",
  power: "36",
  limit: "1;33",
  frame: "34",
  bar: "7",
};

/** A rectangle of the sheet. */
export interface Area {
  readonly row: number;
  readonly column: number;
  readonly columns: number;
  readonly rows: number;
}

export interface Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly ascii: boolean;
  /** Writes text from there to the right, clipped at `end` (default: the edge); answers the column behind it. */
  put(row: number, column: number, text: string, tone?: Tone, end?: number): number;
  /** One string a row, trailing blanks removed. */
  lines(colour: boolean): string[];
}

interface Cell {
  glyph: string;
  tone: Tone;
}

export function createCanvas(columns: number, rows: number, ascii: boolean): Canvas {
  const cells: Cell[][] = Array.from({ length: rows }, () =>
    Array.from({ length: columns }, (): Cell => ({ glyph: " ", tone: "plain" })),
  );
  return {
    columns,
    rows,
    ascii,
    put: (row, column, text, tone = "plain", end = columns) => {
      let next = column;
      for (const character of text) {
        if (next >= end) break;
        const cell = cells[row]?.[next];
        if (cell !== undefined) {
          cell.glyph = ascii ? plainGlyph(character) : singleGlyph(character);
          cell.tone = tone;
        }
        next += 1;
      }
      return next;
    },
    lines: (colour) => cells.map((row) => (colour ? colouredLine(row) : plainLine(row))),
  };
}

/** Names and texts come from afar: what moves the cursor or takes two columns is shown as a question mark. */
function singleGlyph(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const printable = (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code < 0x300);
  const drawn = code >= 0x2010 && code < 0x2900 && (code < 0x202a || code > 0x206f);
  return printable || drawn ? character : "?";
}

/** Nearest character below 128 of those that are used here. */
const plainGlyphs: Readonly<Record<string, string>> = {
  "°": " ",
  "─": "-",
  "│": "|",
  "┆": ":",
  "●": "o",
  "○": "x",
  "█": "#",
  "▓": "=",
  "▒": "+",
  "░": ".",
  "▲": "^",
  "▼": "v",
  "·": ".",
  "–": "-",
  "…": "~",
  "’": "'",
  "≤": "<",
  "→": ">",
  "»": ">",
};

function plainGlyph(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return character;
  return plainGlyphs[character] ?? "?";
}

function plainLine(row: readonly Cell[]): string {
  return row
    .map((cell) => cell.glyph)
    .join("")
    .trimEnd();
}

function colouredLine(row: readonly Cell[]): string {
  let text = "";
  let tone: Tone = "plain";
  for (const cell of row.slice(0, filledColumns(row))) {
    if (cell.tone !== tone) {
      text += `\u001b[0m${codes[cell.tone] === "" ? "" : `\u001b[${codes[cell.tone]}m`}`;
      tone = cell.tone;
    }
    text += cell.glyph;
  }
  return tone === "plain" ? text : `${text}\u001b[0m`;
}

/** Blanks of the bar are visible, all others are not. */
function filledColumns(row: readonly Cell[]): number {
  let columns = row.length;
  while (columns > 0 && row[columns - 1]?.glyph === " " && row[columns - 1]?.tone !== "bar") columns -= 1;
  return columns;
}

/** Cuts a text into lines of at most `columns`, at blanks where it can. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(line);
  return lines;
}
