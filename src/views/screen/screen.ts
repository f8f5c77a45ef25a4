/** The whole screen: which part stands where on a terminal of a given size. Pure: the same model gives the same lines. */
import { type Area, type Canvas, createCanvas } from "./canvas.ts";
import type { ScreenModel, ScreenStyle } from "./model.ts";
import { drawEvents, drawMachines, drawPower, drawReason, drawSetpoints, drawTank, drawWires } from "./panels.ts";
import { clockTime } from "./words.ts";

/** From this size on there is room for setpoints, wires and temperature charts. */
const wideColumns = 120;
const wideRows = 32;

/** At most `rows` lines of at most `columns` characters; colour codes do not count. */
export function drawScreen(model: ScreenModel, columns: number, rows: number, style: ScreenStyle): string[] {
  const canvas = createCanvas(Math.max(1, Math.floor(columns)), Math.max(1, Math.floor(rows)), style.ascii);
  if (canvas.columns >= wideColumns && canvas.rows >= wideRows) drawWide(canvas, model);
  else drawCompact(canvas, model);
  drawHeader(canvas, model);
  drawKeys(canvas, model);
  return canvas.lines(style.colour);
}

function drawHeader(canvas: Canvas, model: ScreenModel): void {
  canvas.put(0, 0, " ".repeat(canvas.columns), "bar");
  const mark = (state: "online" | "lost"): string => (state === "online" ? "●" : "○ NO");
  const links = `${mark(model.socket)} weir  ${mark(model.broker)} broker  ${clockTime(model.seconds)} `;
  const left = canvas.put(0, 0, ` ${model.container}  ${model.mode.toUpperCase()}`, "bar");
  const column = canvas.columns - links.length;
  if (column > left + 2) canvas.put(0, column, links, "bar");
  const room = column - left - 4;
  if (room > 12) canvas.put(0, left + 2, fitted(model.story, room), "bar");
}

function drawKeys(canvas: Canvas, model: ScreenModel): void {
  let column = 0;
  for (const item of model.keys) {
    if (column + item.key.length + item.label.length + 1 > canvas.columns) break;
    column = canvas.put(canvas.rows - 1, column, item.key, "bar");
    column = canvas.put(canvas.rows - 1, column, ` ${item.label} `, "dim");
  }
}

/** 80 x 24: power beside the tanks, then the reason, the machines and what happened. */
function drawCompact(canvas: Canvas, model: ScreenModel): void {
  const { columns, rows } = canvas;
  const body = rows - 2;
  const reasonRows = body >= 14 ? 3 : 2;
  const machineRows = 1 + Math.max(1, new Set(model.machines.map((machine) => machine.tank)).size);
  const tankRows = 4 * Math.max(1, model.tanks.length);
  const spare = body - reasonRows - machineRows - tankRows;
  const eventRows = Math.max(0, Math.min(spare, 12));
  const topRows = Math.max(3, tankRows + Math.max(0, spare - eventRows));
  const besides = columns >= 72;
  const powerColumns = besides ? columns - 38 : columns;
  drawPower(canvas, { row: 1, column: 0, columns: powerColumns, rows: Math.min(topRows, body) }, model);
  if (besides) drawTanks(canvas, { row: 1, column: powerColumns + 1, columns: 37, rows: topRows }, model);
  let row = 1 + topRows;
  const next = (height: number): Area => {
    const area = { row, column: 0, columns, rows: Math.min(height, rows - 1 - row) };
    row += height;
    return area;
  };
  drawReason(canvas, next(reasonRows), model);
  drawMachines(canvas, next(machineRows), model);
  if (eventRows > 1) drawLowerCompact(canvas, next(eventRows), model);
}

/** Events on the left; beside them the wires, where there is room. */
function drawLowerCompact(canvas: Canvas, area: Area, model: ScreenModel): void {
  const wires = area.columns >= 72 ? 28 : 0;
  drawEvents(canvas, { ...area, columns: area.columns - wires - (wires > 0 ? 1 : 0) }, model);
  if (wires > 0) drawWires(canvas, { ...area, column: area.columns - wires, columns: wires }, model);
}

function drawTanks(canvas: Canvas, area: Area, model: ScreenModel): void {
  const count = Math.max(1, model.tanks.length);
  const each = Math.max(4, Math.floor(area.rows / count));
  model.tanks.forEach((tank, index) => {
    const row = area.row + index * each;
    if (row + 4 <= area.row + area.rows) drawTank(canvas, { ...area, row, rows: each }, tank);
  });
}

/** Wide: figures and machines on the left, tanks on the right, everything that is known below. */
function drawWide(canvas: Canvas, model: ScreenModel): void {
  const { columns, rows } = canvas;
  const left = Math.floor(columns * 0.62);
  const right = { column: left + 1, columns: columns - left - 1 };
  const lowerRows = Math.max(11, Math.floor(rows * 0.28));
  const upperRows = rows - 2 - lowerRows;
  const machineRows = Math.min(7, Math.max(3, Math.floor(upperRows * 0.22)));
  const reasonRows = 5;
  const powerRows = upperRows - machineRows - reasonRows;
  drawPower(canvas, { row: 1, column: 0, columns: left, rows: powerRows }, model);
  drawReason(canvas, { row: 1 + powerRows, column: 0, columns: left, rows: reasonRows }, model);
  drawMachines(canvas, { row: 1 + powerRows + reasonRows, column: 0, columns: left, rows: machineRows }, model);
  drawTanks(canvas, { row: 1, ...right, rows: upperRows }, model);
  const lower = 1 + upperRows;
  drawEvents(canvas, { row: lower, column: 0, columns: left, rows: lowerRows }, model);
  const setpointRows = Math.max(2, Math.min(4, 2 + model.setpoints.length));
  drawSetpoints(canvas, { row: lower, ...right, rows: setpointRows }, model);
  drawWires(canvas, { row: lower + setpointRows, ...right, rows: lowerRows - setpointRows }, model);
}

function fitted(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
}
