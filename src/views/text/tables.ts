/** `points`, `miners`, `lines` and `events`: what is measured, what the machines do, how the wires are, what happened. Pure. */
import type { MinerReport } from "../../model/miner.ts";
import type { LoggedEvent, Snapshot } from "../../model/snapshot.ts";
import { columns, count, duration, kilowatts, moment, qualityAndAge, row, valueWithUnit, wrap } from "./figures.ts";

export function renderPoints({ image, decision }: Snapshot, filter: string): string[] {
  const names = [...new Set([...Object.keys(image.readings), ...Object.keys(decision.outputs)])]
    .filter((name) => matches(name, filter))
    .sort((a, b) => a.localeCompare(b, "en"));
  if (names.length === 0) return [nothing("point", filter)];
  return [
    row(
      [
        ["POINT", 36],
        ["VALUE", 14],
      ],
      "QUALITY, AGE",
    ),
    ...names.map((name) => {
      const reading = image.readings[name];
      const wanted = decision.outputs[name];
      const note = wanted === undefined ? "" : `  commanded ${wanted}`;
      if (reading === undefined)
        return row(
          [
            [name, 36],
            ["-", 14],
          ],
          `output${note}`,
        );
      const value = reading.quality === "good" ? valueWithUnit(name, reading.value) : "-";
      return row(
        [
          [name, 36],
          [value, 14],
        ],
        `${qualityAndAge(reading, image.now)}${note}`,
      );
    }),
  ];
}

export function renderMiners({ image, decision }: Snapshot, filter: string): string[] {
  const views = decision.miners.filter(({ name, phase }) => matches(name, filter) || phase === filter);
  if (views.length === 0) return [nothing("machine", filter)];
  return [
    row(
      [
        ["MACHINE", 16],
        ["PHASE", 11],
        ["SINCE", 11],
        ["POWER", 9],
        ["TH/s", 6],
        ["INLET", 7],
      ],
      "NOTE",
    ),
    ...views.map((view) => {
      const report = image.miners[view.name];
      return row(
        [
          [view.name, 16],
          [view.phase, 11],
          [duration(image.now - view.since), 11],
          [report?.powerWatts === undefined ? "unknown" : kilowatts(report.powerWatts), 9],
          [report?.hashrateTerahashesPerSecond?.toFixed(0) ?? "-", 6],
          [report?.inletCelsius === undefined ? "-" : `${report.inletCelsius.toFixed(0)} °C`, 7],
        ],
        minerNote(report),
      );
    }),
    `${count(views.length, "machine")}, counted ${kilowatts(views.reduce((sum, view) => sum + view.accountedWatts, 0))}`,
  ];
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
    row(
      [
        ["LINE, DEVICE", 24],
        ["STATE", 8],
      ],
      "REQUESTS  TIMEOUTS  BAD  REFUSED  STRAY  LATENCY",
    ),
    ...lines.flatMap((line) => [
      row(
        [
          [line.name, 24],
          [line.state, 8],
        ],
        `for ${duration(image.now - line.since)}  ${line.port}`,
      ),
      ...line.devices.map((device) =>
        row(
          [
            [`  ${device.name}`, 24],
            [device.state, 8],
          ],
          [
            String(device.requests).padStart(8),
            String(device.timeouts).padStart(8),
            String(device.badFrames).padStart(4),
            String(device.exceptions).padStart(8),
            String(device.strayBytes).padStart(6),
            `${device.latencyMilliseconds.toFixed(0)} ms`.padStart(8),
          ].join(" "),
        ),
      ),
    ]),
  ];
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
