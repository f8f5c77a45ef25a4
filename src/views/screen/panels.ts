/** The parts of the screen, each drawn into an area of its own: power, reason, tanks, machines, setpoints, wires, events. */
import { type Area, type Canvas, type Tone, wrap } from "./canvas.ts";
import { type ChartSample, drawChart } from "./chart.ts";
import type { MachineModel, ScreenModel, Severity, TankModel, WireModel } from "./model.ts";
import { clockTime, kilowatts, rounded } from "./words.ts";

/** A line with a title in it; answers the column behind the title. */
export function drawTitle(canvas: Canvas, area: Area, title: string, tone: Tone = "bold"): number {
  canvas.put(area.row, area.column, "─".repeat(Math.max(0, area.columns)), "frame");
  const end = area.column + area.columns;
  return canvas.put(area.row, area.column + 1, ` ${title} `, tone, end);
}

/** The figures and, below them, the chart of power against its ceiling. */
export function drawPower(canvas: Canvas, area: Area, model: ScreenModel): void {
  drawTitle(canvas, area, "power at the meter, kW");
  const end = area.column + area.columns;
  const over = model.watts !== null && model.ceilingWatts !== null && model.watts > model.ceilingWatts * 1.01 + 500;
  let column = canvas.put(area.row + 1, area.column + 1, kilowatts(model.watts), over ? "bad" : "power", end);
  column = canvas.put(area.row + 1, column, " of ", "dim", end);
  column = canvas.put(area.row + 1, column, kilowatts(model.ceilingWatts), "limit", end);
  const rest = [
    model.terahashesPerSecond === null ? "" : `${rounded(model.terahashesPerSecond / 1000, 2)} PH/s`,
    model.reservedWatts === null || model.reservedWatts < 100 ? "" : `${kilowatts(model.reservedWatts)} reserved`,
    model.auxiliaryWatts === null ? "" : `${kilowatts(model.auxiliaryWatts)} auxiliary`,
  ];
  for (const text of rest.filter((item) => item !== ""))
    if (column + 2 + text.length <= end) column = canvas.put(area.row + 1, column, `  ${text}`, "dim", end);
  const samples = model.history.map(
    (sample): ChartSample => ({
      value: sample.watts === null ? null : sample.watts / 1000,
      bound: sample.ceilingWatts === null ? null : Math.min(sample.ceilingWatts, model.ratedWatts) / 1000,
    }),
  );
  const chart = { ...area, row: area.row + 2, rows: area.rows - 2 };
  drawChart(
    canvas,
    chart,
    samples,
    { minimum: 0, maximum: scaleTop(model.ratedWatts / 1000) },
    { tone: "power", filled: true },
  );
}

/** A round figure above the rating, so that the rating itself is not glued to the edge. */
function scaleTop(ratedKilowatts: number): number {
  const step = 10 ** Math.floor(Math.log10(Math.max(1, ratedKilowatts)));
  return Math.ceil((ratedKilowatts * 1.05) / step) * step;
}

/** Which limit binds and why. */
export function drawReason(canvas: Canvas, area: Area, model: ScreenModel): void {
  drawTitle(canvas, area, "why not more");
  const columns = area.columns - 2;
  const lines = [
    ...wrap(model.binding, columns).map((text) => ({ text, tone: "plain" as const })),
    ...(model.forMore === "" ? [] : wrap(model.forMore, columns).map((text) => ({ text, tone: "dim" as const }))),
  ];
  lines
    .slice(0, area.rows - 1)
    .forEach((line, index) => void canvas.put(area.row + 1 + index, area.column + 1, line.text, line.tone));
}

/** One tank in four rows; what is left below shows its temperature over time. */
export function drawTank(canvas: Canvas, area: Area, tank: TankModel): void {
  const end = area.column + area.columns;
  const after = drawTitle(canvas, area, tank.name);
  if (tank.trip !== null) canvas.put(area.row, after, ` TRIPPED: ${tank.trip} `, "bad", end);
  const warm = tank.coolantCelsius !== null && tank.coolantCelsius >= tank.derateCelsius;
  const hot = tank.coolantCelsius !== null && tank.coolantCelsius >= tank.tripCelsius;
  const tone = tank.coolantCelsius === null || hot ? "bad" : warm ? "warning" : "good";
  const text = tank.coolantCelsius === null ? "–– °C" : `${rounded(tank.coolantCelsius, 1)} °C`;
  const gauge = canvas.put(area.row + 1, area.column + 1, `${text.padStart(8)} `, tone, end);
  drawGauge(canvas, { row: area.row + 1, column: gauge, columns: end - gauge - 8, rows: 1 }, tank, tone);
  canvas.put(area.row + 1, end - 7, `trip ${rounded(tank.tripCelsius, 0)}`, "dim", end);
  const flowing = tank.flowLitersPerMinute !== null && tank.flowLitersPerMinute >= (tank.minimumLitersPerMinute ?? 0);
  let column = canvas.put(area.row + 2, area.column + 1, "flow ", "dim", end);
  column = canvas.put(area.row + 2, column, liters(tank.flowLitersPerMinute), flowing ? "good" : "bad", end);
  column = canvas.put(area.row + 2, column, "  pump ", "dim", end);
  const flowEnd = state(canvas, area.row + 2, column, tank.pumpRunning, ["on", "off"], end);
  column = canvas.put(area.row + 3, area.column + 1, `${kilowatts(tank.watts)} `, "power", end);
  column = canvas.put(area.row + 3, column, " contactor ", "dim", end);
  column = state(canvas, area.row + 3, column, tank.contactorClosed, ["closed", "open"], end);
  column = canvas.put(area.row + 3, column, "  ", "dim", end);
  column = state(canvas, area.row + 3, column, tank.dry, ["dry", "LEAK"], end);
  const level = tank.levelPercent === null ? "––" : rounded(tank.levelPercent, 0);
  const label = `level ${level} %`;
  if (end - flowEnd > label.length) canvas.put(area.row + 2, end - label.length, label, "dim", end);
  if (area.rows < 8) return;
  const samples = tank.history.map((value): ChartSample => ({ value, bound: tank.tripCelsius }));
  const span = { minimum: 20, maximum: Math.ceil((tank.tripCelsius + 5) / 10) * 10 };
  drawChart(canvas, { ...area, row: area.row + 5, rows: area.rows - 5 }, samples, span, { tone, filled: false });
}

function liters(value: number | null): string {
  return value === null ? "–– L/min" : `${rounded(value, 0)} L/min`;
}

function state(
  canvas: Canvas,
  row: number,
  column: number,
  value: boolean | null,
  words: readonly [string, string],
  end: number,
): number {
  if (value === null) return canvas.put(row, column, "––", "warning", end);
  return canvas.put(row, column, value ? words[0] : words[1], value ? "good" : "bad", end);
}

/** From 20 °C to the trip, with a mark where derating begins. */
function drawGauge(canvas: Canvas, area: Area, tank: TankModel, tone: Tone): void {
  if (area.columns < 4) return;
  const share = (celsius: number): number => Math.max(0, Math.min(1, (celsius - 20) / (tank.tripCelsius - 20)));
  const filled = Math.round(share(tank.coolantCelsius ?? 20) * area.columns);
  canvas.put(area.row, area.column, "░".repeat(area.columns), "dim");
  canvas.put(area.row, area.column, "█".repeat(filled), tone);
  canvas.put(area.row, area.column + Math.round(share(tank.derateCelsius) * area.columns), "┆", "warning");
}

const phases: readonly { readonly phase: string; readonly glyph: string; readonly tone: Tone }[] = [
  { phase: "hashing", glyph: "█", tone: "good" },
  { phase: "trimmed", glyph: "▓", tone: "good" },
  { phase: "waking", glyph: "▲", tone: "limit" },
  { phase: "curtailing", glyph: "▼", tone: "warning" },
  { phase: "asleep", glyph: "·", tone: "power" },
  { phase: "unreachable", glyph: "?", tone: "bad" },
  { phase: "defiant", glyph: "!", tone: "bad" },
  { phase: "excluded", glyph: "x", tone: "dim" },
  { phase: "switched", glyph: "o", tone: "good" },
];
const unknownPhase = { phase: "unknown", glyph: "?", tone: "dim" } as const;

/** One sign a machine, a row (or more) a tank, with the count of each state. */
export function drawMachines(canvas: Canvas, area: Area, model: ScreenModel): void {
  const after = drawTitle(canvas, area, `machines ${model.machines.length}`);
  drawLegend(canvas, area, after + 1, model.machines);
  const end = area.column + area.columns;
  const names = [...new Set(model.machines.map((machine) => machine.tank))];
  const rowsEach = Math.max(1, Math.floor((area.rows - 1) / Math.max(1, names.length)));
  const label = Math.max(0, ...names.map((name) => name.length)) + 2;
  let row = area.row + 1;
  for (const name of names) {
    const machines = model.machines.filter((machine) => machine.tank === name);
    const room = area.columns - label - 1;
    const step = machines.length * 2 <= room * rowsEach ? 2 : 1;
    const across = Math.max(
      1,
      Math.min(Math.floor(room / step), step === 2 ? 25 * Math.floor(room / 50) || room : room),
    );
    canvas.put(row, area.column + 1, name, "dim", end);
    const used = Math.min(rowsEach, Math.ceil(machines.length / across));
    machines.slice(0, used * across).forEach((machine, index) => {
      const look = phases.find((item) => item.phase === machine.phase) ?? unknownPhase;
      const column = area.column + 1 + label + (index % across) * step;
      if (row + Math.floor(index / across) < area.row + area.rows)
        canvas.put(row + Math.floor(index / across), column, look.glyph, look.tone, end);
    });
    row += Math.max(1, used);
  }
}

/** Only states that occur, with their counts. */
function drawLegend(canvas: Canvas, area: Area, from: number, machines: readonly MachineModel[]): void {
  const end = area.column + area.columns;
  let column = from - 1;
  for (const look of phases) {
    const count = machines.filter((machine) => machine.phase === look.phase).length;
    const text = `${count} ${look.phase}`;
    if (count === 0 || column + text.length + 3 > end) continue;
    column = canvas.put(area.row, column, ` ${look.glyph}`, look.tone, end);
    column = canvas.put(area.row, column, ` ${text}`, "plain", end);
  }
}

export function drawSetpoints(canvas: Canvas, area: Area, model: ScreenModel): void {
  drawTitle(canvas, area, "setpoints");
  const end = area.column + area.columns;
  if (model.setpoints.length === 0) canvas.put(area.row + 1, area.column + 1, "none stands", "dim", end);
  model.setpoints.slice(0, area.rows - 1).forEach((setpoint, index) => {
    const row = area.row + 1 + index;
    const column = canvas.put(row, area.column + 1, `${setpoint.slot} ${setpoint.kind} `, "dim", end);
    const next = canvas.put(row, column, kilowatts(setpoint.watts), "limit", end);
    canvas.put(
      row,
      next,
      ` ${setpoint.state}, ${rounded(setpoint.remainingSeconds, 0)} s left (${setpoint.reason})`,
      "plain",
      end,
    );
  });
}

const wireTones: Readonly<Record<WireModel["state"], Tone>> = { good: "good", unsure: "warning", lost: "bad" };

export function drawWires(canvas: Canvas, area: Area, model: ScreenModel): void {
  drawTitle(canvas, area, "wires");
  const end = area.column + area.columns;
  model.wires.slice(0, area.rows - 1).forEach((wire, index) => {
    const row = area.row + 1 + index;
    const column = canvas.put(row, area.column + 1, wire.state === "lost" ? "○ " : "● ", wireTones[wire.state], end);
    const next = canvas.put(row, column, wire.name.padEnd(11), "plain", end);
    canvas.put(row, next, wire.note, wire.state === "good" ? "dim" : wireTones[wire.state], end);
  });
}

const severityTones: Readonly<Record<Severity, Tone>> = { information: "plain", warning: "warning", alarm: "bad" };

/** Newest at the bottom; long texts are cut with an ellipsis. */
export function drawEvents(canvas: Canvas, area: Area, model: ScreenModel): void {
  drawTitle(canvas, area, "events");
  const end = area.column + area.columns;
  if (area.rows < 2) return;
  model.events.slice(-(area.rows - 1)).forEach((event, index) => {
    const row = area.row + 1 + index;
    const column = canvas.put(row, area.column + 1, `${clockTime(event.seconds)} `, "dim", end);
    const room = end - column;
    const text = event.text.length > room ? `${event.text.slice(0, Math.max(0, room - 1))}…` : event.text;
    canvas.put(row, column, text, severityTones[event.severity], end);
  });
}
