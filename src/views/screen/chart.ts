/** A moving chart: an area for what is measured, a line for what it must keep, the newest at the right edge. */
import type { Area, Canvas, Tone } from "./canvas.ts";

export interface ChartSample {
  readonly value: number | null;
  readonly bound: number | null;
}

export interface ChartSpan {
  readonly minimum: number;
  readonly maximum: number;
}

/** A braille cell is two dots wide and four high; bit of each dot by column and row from the top. */
const dotBits = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const firstBraille = 0x2800;
const dotsAcross = 2;
const dotsUp = 4;

/** Columns of the axis on the left. */
export const axisColumns = 5;

interface Dots {
  area: number;
  bound: number;
}

/** Draws samples (oldest first, one dot column each) over the whole area. */
export function drawChart(
  canvas: Canvas,
  area: Area,
  samples: readonly ChartSample[],
  span: ChartSpan,
  look: { readonly tone: Tone; readonly filled: boolean },
): void {
  const columns = area.columns - axisColumns;
  if (columns < 1 || area.rows < 1) return;
  drawAxis(canvas, area, span);
  const shown = samples.slice(-columns * dotsAcross);
  const offset = columns * dotsAcross - shown.length;
  const cells = raster(shown, { offset, columns, rows: area.rows, filled: look.filled }, span);
  for (let row = 0; row < area.rows; row += 1)
    for (let column = 0; column < columns; column += 1) {
      const dots = cells[row * columns + column] ?? { area: 0, bound: 0 };
      if (dots.area + dots.bound === 0) continue;
      const glyph = canvas.ascii ? asciiGlyph(dots) : String.fromCodePoint(firstBraille + (dots.area | dots.bound));
      canvas.put(area.row + row, area.column + axisColumns + column, glyph, dots.bound === 0 ? look.tone : "limit");
    }
}

function drawAxis(canvas: Canvas, area: Area, span: ChartSpan): void {
  for (let row = 0; row < area.rows; row += 1) canvas.put(area.row + row, area.column + axisColumns - 1, "│", "frame");
  const step = roundStep(((span.maximum - span.minimum) * 3) / Math.max(3, area.rows));
  for (let value = span.minimum; value <= span.maximum; value += step) {
    const row = area.row + Math.round((area.rows - 1) * (1 - (value - span.minimum) / (span.maximum - span.minimum)));
    canvas.put(row, area.column, String(Math.round(value)).padStart(axisColumns - 1), "dim");
  }
}

/** The next of 10, 20, 50, 100 ... that is not smaller. */
function roundStep(least: number): number {
  let step = 10;
  for (let factor = 0; step < least && factor < 30; factor += 1) step *= factor % 3 === 1 ? 2.5 : 2;
  return step;
}

function raster(
  samples: readonly ChartSample[],
  sheet: { readonly offset: number; readonly columns: number; readonly rows: number; readonly filled: boolean },
  span: ChartSpan,
): readonly Dots[] {
  const { offset, columns, rows } = sheet;
  const cells = Array.from({ length: columns * rows }, (): Dots => ({ area: 0, bound: 0 }));
  const height = rows * dotsUp;
  samples.forEach((sample, index) => {
    const x = offset + index;
    const mark = (y: number, kind: keyof Dots): void => {
      const cell = cells[Math.floor(y / dotsUp) * columns + Math.floor(x / dotsAcross)];
      if (cell !== undefined) cell[kind] |= dotBits[x % 2 === 0 ? 0 : 1][(y % dotsUp) as 0 | 1 | 2 | 3];
    };
    if (sample.value !== null) {
      const top = Math.min(height - 1, heightOf(sample.value, span, height));
      for (let y = top; y < (sheet.filled ? height : top + 1); y += 1) mark(y, "area");
    }
    if (sample.bound !== null) mark(Math.min(height - 1, heightOf(sample.bound, span, height)), "bound");
  });
  return cells;
}

/** Dots from the top down to the value; `height` where it is at or below the minimum. */
function heightOf(value: number, span: ChartSpan, height: number): number {
  const share = (value - span.minimum) / (span.maximum - span.minimum);
  return Math.max(0, Math.min(height, height - Math.round(share * height)));
}

function asciiGlyph(dots: Dots): string {
  if (dots.bound !== 0) return "-";
  let count = 0;
  for (let bits = dots.area; bits > 0; bits >>= 1) count += bits & 1;
  return count > 4 ? "#" : ":";
}
