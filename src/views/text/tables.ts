/** `points`, `miners`, `lines` and `events`: what is measured, what the machines do, how the wires are, what happened. Pure. */
import type { MinerReport } from "../../model/miner.ts";
import type { LoggedEvent, Snapshot } from "../../model/snapshot.ts";
import { columns, count, duration, kilowatts, moment, qualityAndAge, row, valueWithUnit, wrap } from "./figures.ts";

/** Longest name of a point shown whole; the rest of the line is its value, quality and age. */
const widestName = 44;
const minerWidths = [16, 11, 11, 8, 5, 5];
const noteWidth = columns - minerWidths.reduce((sum, width) => sum + width + 1, 0);

export function renderPoints({ image, decision }: Snapshot, filter: string): string[] {
  const names = [...new Set([...Object.keys(image.readings), ...Object.keys(decision.outputs)])]
    .filter((name) => matches(name, filter))
    .sort((a, b) => a.localeCompare(b, "en"));
  if (names.length === 0) return [nothing("point", filter)];
  const width = Math.min(widestName, Math.max(...names.map(({ length }) => length)));
  const columnsOf = (name: string, value: string): [string, number][] => [
    [name, width],
    [value, 12],
  ];
  return [
    row(columnsOf("POINT", "VALUE"), "QUALITY, AGE"),
    ...names.map((name) => {
      const reading = image.readings[name];
      const wanted = decision.outputs[name];
      const note = wanted === undefined ? "" : `  commanded ${wanted}`;
      if (reading === undefined) return row(columnsOf(name, "-"), `output${note}`);
      const value = reading.quality === "good" ? valueWithUnit(name, reading.value) : "-";
      return row(columnsOf(name, value), `${qualityAndAge(reading, image.now)}${note}`);
    }),
  ];
}

export function renderMiners({ image, decision }: Snapshot, filter: string): string[] {
  const views = decision.miners.filter(({ name, phase }) => matches(name, filter) || phase === filter);
  if (views.length === 0) return [nothing("machine", filter)];
  const counted = views.reduce((sum, view) => sum + view.accountedWatts, 0);
  return [
    row(minerCells("MACHINE", "PHASE", "SINCE", "POWER", "TH/s", "INLET"), "NOTE"),
    ...views.flatMap((view) => {
      const report = image.miners[view.name];
      const cells = minerCells(
        view.name,
        view.phase,
        duration(image.now - view.since),
        report?.powerWatts === undefined ? "unknown" : kilowatts(report.powerWatts),
        report?.hashrateTerahashesPerSecond?.toFixed(0) ?? "-",
        report?.inletCelsius === undefined ? "-" : `${report.inletCelsius.toFixed(0)} °C`,
      );
      const note = minerNote(report);
      return note.length <= noteWidth ? [row(cells, note)] : [row(cells), `    ${note}`];
    }),
    `${count(views.length, "machine")}, counted ${kilowatts(counted)}`,
  ];
}

function minerCells(...texts: readonly string[]): [text: string, width: number][] {
  return texts.map((text, index) => [text, minerWidths[index] ?? 0]);
}

function minerNote(report: MinerReport | undefined): string {
  if (report === undefined) return "no report";
  const { command } = report;
  if (report.fault !== undefined) return report.fault;
  if (command?.failedAt !== undefined) return `${command.target.mode} failed: ${command.fault ?? "not obeyed"}`;
  if (command !== undefined && command.readBackAt === undefined) return `${command.target.mode} sent`;
  return report.powerSource === "measured" ? "" : report.powerSource;
}

export function renderLines({ image, lines }: Snapshot): string[] {
  if (lines.length === 0) return ["No lines."];
  return [
    counters("LINE, DEVICE", "STATE", ["REQUESTS", "TIMEOUTS", "BAD", "REFUSED", "STRAY", "LATENCY"]),
    ...lines.flatMap((line) => [
      row([[line.name, 22]], `${line.state} for ${duration(image.now - line.since)}`),
      ...wrap(line.port, columns - 4).map((part) => `    ${part}`),
      ...line.devices.map((device) =>
        counters(`  ${device.name}`, device.state, [
          String(device.requests),
          String(device.timeouts),
          String(device.badFrames),
          String(device.exceptions),
          String(device.strayBytes),
          `${device.latencyMilliseconds.toFixed(0)} ms`,
        ]),
      ),
    ]),
  ];
}

function counters(name: string, state: string, figures: readonly string[]): string {
  const widths = [8, 8, 4, 7, 6, 8];
  const right = figures.map((figure, index) => figure.padStart(widths[index] ?? 0)).join(" ");
  return row(
    [
      [name, 22],
      [state, 7],
    ],
    right,
  );
}

/** The newest `most` events, oldest first. */
export function renderEvents({ events }: Snapshot, most: number): string[] {
  if (events.length === 0) return ["No events yet."];
  return events.slice(-most).flatMap(renderEvent);
}

function renderEvent({ number, unixMilliseconds, severity, text }: LoggedEvent): string[] {
  const mark = severity === "alarm" ? "!!" : severity === "warning" ? "! " : "  ";
  const head = `${String(number).padStart(6)}  ${moment(unixMilliseconds)}  ${mark} `;
  return wrap(text, columns - head.length).map((line, index) => (index === 0 ? head : " ".repeat(head.length)) + line);
}

function matches(name: string, filter: string): boolean {
  return name.toLowerCase().includes(filter.toLowerCase());
}

function nothing(what: string, filter: string): string {
  return filter === "" ? `No ${what}s.` : `No ${what} matches "${filter.slice(0, 40)}".`;
}
