/** Draws the chart of a run as SVG: power above, temperatures below, one axis of time, numbered marks that are listed beneath. Pure. */

export interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly values: number[];
}

export interface Mark {
  readonly atSeconds: number;
  readonly text: string;
  readonly colour: string;
}

export interface Drawing {
  readonly title: string;
  readonly good: boolean;
  readonly durationSeconds: number;
  /** Columns that the curves' values are numbered by. */
  readonly columns: number;
  /** [kW] */
  readonly power: readonly Curve[];
  /** [°C] */
  readonly temperatures: readonly Curve[];
  /** Lines across the temperatures [°C]. */
  readonly levels: readonly { readonly name: string; readonly value: number; readonly colour: string }[];
  readonly marks: readonly Mark[];
  /** Told beneath the marks, in red. */
  readonly remarks: readonly string[];
}

interface Plot {
  readonly top: number;
  readonly height: number;
  readonly title: string;
  readonly low: number;
  readonly high: number;
}

const width = 1100;
const left = 80;
const right = width - 30;
/** Rows of the list of marks, in two columns; the rest is counted. Choice: a page. */
const mostRows = 30;
const rowHeight = 16;

export function drawChart(drawing: Drawing): string {
  const power = plotOf(70, 260, "power [kW]", drawing.power, [0]);
  const heat = plotOf(
    380,
    220,
    "fluid [°C]",
    drawing.temperatures,
    drawing.levels.map(({ value }) => value),
  );
  const plots = [power, heat];
  const marks = [...drawing.marks].sort((one, other) => one.atSeconds - other.atSeconds);
  const list = drawList(marks, drawing.remarks, heat.top + heat.height + 60);
  const body = [
    ...plots.map(drawFrame),
    ...plots.map((plot) => drawTimes(plot, drawing.durationSeconds)),
    ...marks.map((mark, index) => drawMark(mark, index, plots, drawing.durationSeconds)),
    ...drawing.levels.map((level) => drawLevel(level, heat)),
    ...drawCurves(drawing.power, power, drawing.columns),
    ...drawCurves(drawing.temperatures, heat, drawing.columns),
    list.svg,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${list.bottom}" font-family="sans-serif" font-size="12">
<rect width="${width}" height="${list.bottom}" fill="#fff"/>
<text x="${left}" y="26" font-size="16" fill="${drawing.good ? "#000" : "#d00000"}">${escaped(drawing.title)}</text>
${body.join("\n")}
</svg>
`;
}

function plotOf(
  top: number,
  height: number,
  title: string,
  curves: readonly Curve[],
  besides: readonly number[],
): Plot {
  const values = [...curves.flatMap(({ values: own }) => own.filter((value) => value !== undefined)), ...besides];
  const least = Math.min(...values);
  const most = Math.max(...values, least + 1);
  const step = roundStep((most - least) / 5);
  return { top, height, title, low: Math.floor(least / step) * step, high: Math.ceil((most * 1.001) / step) * step };
}

/** The next of 1, 2, 5, 10, 20, 50 ... */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

function yOf({ top, height, low, high }: Plot, value: number): number {
  return top + height - ((value - low) / (high - low)) * height;
}

function xOf(share: number): number {
  return left + share * (right - left);
}

function drawFrame(plot: Plot): string {
  const { top, height, title, low, high } = plot;
  const step = roundStep((high - low) / 6);
  const count = Math.round((high - low) / step);
  const lines = Array.from({ length: count + 1 }, (_, index) => {
    const value = low + index * step;
    const y = yOf(plot, value).toFixed(1);
    const figure = Number(value.toPrecision(6)).toString();
    return `<path d="M${left} ${y}H${right}" stroke="#e5e5e5"/><text x="${left - 8}" y="${y}" dy="4" text-anchor="end">${figure}</text>`;
  });
  const middle = top + height / 2;
  return `${lines.join("")}<rect x="${left}" y="${top}" width="${right - left}" height="${height}" fill="none" stroke="#999"/><text transform="translate(24 ${middle}) rotate(-90)" text-anchor="middle">${title}</text>`;
}

/** Steps of an axis of time [s]. */
const timeSteps = [10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

function drawTimes({ top, height }: Plot, durationSeconds: number): string {
  const step = timeSteps.find((candidate) => durationSeconds / candidate <= 9) ?? durationSeconds / 8;
  const inHours = step >= 1800 || durationSeconds > 7200;
  const count = Math.floor(durationSeconds / step + 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => {
    const seconds = index * step;
    const x = xOf(seconds / durationSeconds).toFixed(1);
    const figure = inHours ? `${seconds / 3600} h` : step >= 60 ? `${seconds / 60} min` : `${seconds} s`;
    return `<path d="M${x} ${top}v${height}" stroke="#eee"/><path d="M${x} ${top + height}v5" stroke="#999"/><text x="${x}" y="${top + height + 18}" text-anchor="middle">${figure}</text>`;
  }).join("");
}

function drawMark({ atSeconds, colour }: Mark, index: number, plots: readonly Plot[], durationSeconds: number): string {
  const x = xOf(Math.min(1, atSeconds / durationSeconds)).toFixed(1);
  const lines = plots.map(({ top, height }) => `M${x} ${top}v${height}`).join("");
  // Marks close to one another stand in different rows.
  const y = (plots[0]?.top ?? 0) - 6 - (index % 3) * 11;
  return `<path d="${lines}" stroke="${colour}" stroke-dasharray="3 3"/><text x="${x}" y="${y}" text-anchor="middle" font-size="10" fill="${colour}">${index + 1}</text>`;
}

function drawLevel({ name, value, colour }: Drawing["levels"][number], plot: Plot): string {
  const y = yOf(plot, value).toFixed(1);
  return `<path d="M${left} ${y}H${right}" stroke="${colour}" stroke-dasharray="8 4"/><text x="${right - 4}" y="${y}" dy="-4" text-anchor="end" fill="${colour}">${name} ${value} °C</text>`;
}

function drawCurves(curves: readonly Curve[], plot: Plot, columns: number): readonly string[] {
  let legend = left + 8;
  return curves.map(({ name, colour, values }) => {
    const points = [...values.entries()].flatMap(([column, value]) =>
      value === undefined ? [] : [`${xOf(column / columns).toFixed(1)},${yOf(plot, value).toFixed(1)}`],
    );
    const x = legend;
    legend += 34 + name.length * 7;
    const y = plot.top + plot.height + 34;
    return `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="1.4"/><path d="M${x} ${y - 4}h18" stroke="${colour}" stroke-width="3"/><text x="${x + 23}" y="${y}">${escaped(name)}</text>`;
  });
}

function drawList(
  marks: readonly Mark[],
  remarks: readonly string[],
  top: number,
): { readonly svg: string; readonly bottom: number } {
  const violated = marks.filter(({ text }) => text.startsWith("VIOLATED"));
  const rows = marks
    .map((mark, index) => ({ ...mark, number: index + 1 }))
    .filter((mark, index) => index < 2 * mostRows || violated.some(({ text }) => text === mark.text));
  const half = Math.max(1, Math.ceil(rows.length / 2));
  const lines = rows.map(({ number, atSeconds, text, colour }, index) => {
    const x = index < half ? left : left + (right - left) / 2;
    const y = top + (index % half) * rowHeight;
    const told = `${number}  ${clock(atSeconds)}  ${text}`;
    return `<text x="${x}" y="${y}" font-size="11" fill="${colour}">${escaped(told.length > 86 ? `${told.slice(0, 85)}…` : told)}</text>`;
  });
  const more = marks.length > rows.length ? [`and ${marks.length - rows.length} more events`] : [];
  const below = top + half * rowHeight;
  const notes = [...more, ...remarks].map((text, index) => {
    const colour = index < more.length ? "#6c757d" : "#d00000";
    return `<text x="${left}" y="${below + index * rowHeight}" font-size="11" fill="${colour}">${escaped(text)}</text>`;
  });
  return { svg: [...lines, ...notes].join("\n"), bottom: below + notes.length * rowHeight + 10 };
}

function clock(atSeconds: number): string {
  const whole = Math.round(atSeconds);
  const two = (value: number): string => value.toString().padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
