/** A chart of a run as SVG: power and its ceiling above, temperatures below, on one axis of time. Pure but for what it has collected. */
import type { Moment, RunParts } from "./moment.ts";

export interface Chart {
  add(moment: Moment, parts: RunParts): void;
  svg(title: string): string;
}

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly values: number[];
}

/** Points kept over the whole run; each is the highest of its span, so that no peak is lost. Choice: one a pixel. */
const columns = 1000;
const width = 1100;
const plotLeft = 70;
const plots = [
  { top: 50, height: 260, unit: "kW" },
  { top: 350, height: 200, unit: "°C" },
] as const;
const colours = ["#b5179e", "#e85d04", "#2a9d8f", "#6a4c93", "#1d3557", "#bc6c25"];

export function openChart(durationSeconds: number): Chart {
  const power: Line = { name: "power", colour: "#0077b6", values: [] };
  const ceiling: Line = { name: "ceiling", colour: "#d00000", values: [] };
  const orders: Line = { name: "order", colour: "#8d99ae", values: [] };
  const tanks: Line[] = [];
  const keep = (line: Line, column: number, value: number): void => {
    line.values[column] = Math.max(line.values[column] ?? value, value);
  };
  return {
    add({ now, scan }, { container, dispatcher }) {
      const column = Math.min(columns - 1, Math.floor((now / 1000 / durationSeconds) * columns));
      const plant = container.plant();
      keep(power, column, plant.feeder.watts / 1000);
      if (scan !== null) keep(ceiling, column, scan.decision.ceilingWatts / 1000);
      const order = Math.min(
        ...dispatcher
          .wanted()
          .filter(({ until }) => until > now)
          .map(({ watts }) => watts),
      );
      if (Number.isFinite(order)) keep(orders, column, order / 1000);
      for (const [index, { bulkCelsius }] of plant.tanks.entries()) {
        const name = plant.parameters.tanks[index]?.name ?? "";
        tanks[index] ??= { name, colour: colours[index % colours.length] ?? "#000", values: [] };
        keep(tanks[index], column, bulkCelsius);
      }
    },
    svg(title) {
      const body = [drawPlot([orders, ceiling, power], 0), drawPlot(tanks, 1), timeAxis(durationSeconds)].join("\n");
      return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} 600" font-family="sans-serif" font-size="12">
<rect width="${width}" height="600" fill="#fff"/>
<text x="${plotLeft}" y="24" font-size="16">${title}</text>
${body}
</svg>
`;
    },
  };
}

function drawPlot(lines: readonly Line[], index: 0 | 1): string {
  const { top, height, unit } = plots[index];
  const values = lines.flatMap(({ values: own }) => own.filter((value) => value !== undefined));
  const low = index === 0 ? 0 : Math.floor(Math.min(...values, 20));
  const high = Math.ceil(Math.max(...values, low + 1) * 1.05);
  const yOf = (value: number): number => top + height - ((value - low) / (high - low)) * height;
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const value = low + share * (high - low);
    const y = yOf(value).toFixed(1);
    return `<path d="M${plotLeft} ${y}H${width - 20}" stroke="#ddd"/><text x="${plotLeft - 6}" y="${y}" text-anchor="end">${Math.round(value)} ${unit}</text>`;
  });
  const curves = lines.map((line, place) => {
    const points = [...line.values.entries()].flatMap(([column, value]) =>
      value === undefined ? [] : [`${xOf(column / columns).toFixed(1)},${yOf(value).toFixed(1)}`],
    );
    const legend = `<text x="${plotLeft + 8 + place * 90}" y="${top - 8}" fill="${line.colour}">${line.name}</text>`;
    return `<polyline points="${points.join(" ")}" fill="none" stroke="${line.colour}" stroke-width="1.2"/>${legend}`;
  });
  return [...marks, ...curves].join("\n");
}

function xOf(share: number): number {
  return plotLeft + share * (width - 20 - plotLeft);
}

function timeAxis(durationSeconds: number): string {
  const inHours = durationSeconds > 7200;
  return [0, 0.25, 0.5, 0.75, 1]
    .map((share) => {
      const at = durationSeconds * share;
      const text = inHours ? `${(at / 3600).toFixed(1)} h` : `${Math.round(at / 60)} min`;
      return `<text x="${xOf(share).toFixed(1)}" y="575" text-anchor="middle">${text}</text>`;
    })
    .join("\n");
}
