/** What every rule of a site may look at, and the words for findings that many rules share. */
import type { BoardFile } from "../model/generated/board.ts";
import type { SiteFile } from "../model/generated/site.ts";
import type { MinerDialect, MinerModel, MinerSite } from "../model/site.ts";
import { readOnlyFinding } from "./device-rules.ts";
import { pointerOf } from "./document.ts";
import { excerpt, type Finding, suggestion } from "./problem.ts";
import type { ResolvedWires } from "./resolve-lines.ts";
import { deviceOf } from "./settlement.ts";
import { unitOf } from "./units.ts";

export interface PointFacts {
  readonly name: string;
  readonly device: string;
  readonly wire: "modbus" | "firmata";
  /** How it is commanded: on and off, or by a number in its unit; null: only read. */
  readonly output: "switch" | "number" | null;
  readonly unit: string | null;
}

export interface SiteContext {
  readonly file: SiteFile;
  readonly wires: ResolvedWires;
  readonly points: ReadonlyMap<string, PointFacts>;
  readonly miners: readonly ResolvedRow[];
  readonly models: Readonly<Record<string, MinerModel>>;
  /** A Modbus board by name; null where there is none that can be used. */
  readonly board: (name: string) => BoardFile | null;
  /** How the board library calls the speeds of a Modbus board; null where it tells none. */
  readonly settableBaudRates: (board: string) => readonly number[] | null;
}

/** A row of machines with its addresses, names and model figures. */
export interface ResolvedRow {
  readonly index: number;
  readonly miners: readonly MinerSite[];
  /** [°C]; null where the model is not known. */
  readonly maximumInletCelsius: number | null;
  /** null where the model is not known. */
  readonly dialect: MinerDialect | null;
  /** Most one machine draws, waking or running [W]; null where the model is not known. */
  readonly peakWatts: number | null;
  /** null where neither the model's file nor the site tells, or the model is not known. */
  readonly hashesAfterPowerCycle: boolean | null;
}

/** A rule names what is wrong; an empty answer is a site that keeps it. */
export type SiteRule = (context: SiteContext) => readonly Finding[];

export function indexPoints(wires: ResolvedWires): ReadonlyMap<string, PointFacts> {
  const index = new Map<string, PointFacts>();
  for (const line of wires.lines)
    for (const device of line.devices)
      for (const { name, writeFunction, writeWords } of device.points)
        index.set(name, {
          name,
          device: device.name,
          wire: "modbus",
          output: writeFunction === null ? null : writeFunction === 5 || writeWords !== null ? "switch" : "number",
          unit: unitOf(name),
        });
  for (const board of wires.firmata)
    for (const { name, kind } of board.points)
      index.set(name, {
        name,
        device: board.name,
        wire: "firmata",
        output: kind === "relay" || kind === "heartbeat" ? "switch" : null,
        unit: unitOf(name),
      });
  return index;
}

/** What a reference to a point must be: a switch, a number to be set in a unit, or an input of a unit (null: a contact). */
export type PointUse =
  | { readonly output: true }
  | { readonly output: "number"; readonly unit: string }
  | { readonly output: false; readonly unit: string | null };

/** A reference to a point: it must exist and fit its use. */
export function checkPointUse(context: SiteContext, name: string, pointer: string, use: PointUse): Finding[] {
  const point = context.points.get(name);
  const device = name.split("/")[0] ?? "";
  if (use.output !== false && (point?.output ?? null) === null) {
    const board = context.board(deviceOf(context.file, device)?.board ?? "");
    if (board?.readOnly !== undefined) return [readOnlyFinding(name, board.readOnly, pointer)];
  }
  if (point === undefined) {
    if (context.wires.unresolved.has(device)) return [];
    const names = [...context.points.keys()];
    const ofDevice = names.filter((candidate) => candidate.startsWith(`${device}/`));
    const expected = "a point that a device of this site has (device/point)";
    return [
      { pointer, found: excerpt(name), expected, remedy: suggestion(name, ofDevice.length > 0 ? ofDevice : names) },
    ];
  }
  return use.output === false ? inputFindings(point, pointer, use.unit) : outputFindings(point, pointer, use);
}

function inputFindings({ name, unit }: PointFacts, pointer: string, wanted: string | null): Finding[] {
  if (unit === wanted) return [];
  return [
    {
      pointer,
      found: `${name} [${unit ?? "no unit"}]`,
      expected: wanted === null ? "a contact (no unit)" : `a point in ${wanted}`,
      remedy: "name the point of the right quantity",
    },
  ];
}

function outputFindings(
  { name, output, unit }: PointFacts,
  pointer: string,
  use: Exclude<PointUse, { output: false }>,
): Finding[] {
  if (use.output === true) {
    if (output === "switch") return [];
    const found = `${name}, which ${output === null ? "is only read" : "takes a number, not on and off"}`;
    return [
      { pointer, found, expected: "an output that is on or off", remedy: "name a coil, a relay or a drive's `run`" },
    ];
  }
  if (output === "number" && unit === use.unit) return [];
  const found = `${name} [${unit ?? "no unit"}], which ${output === null ? "is only read" : "is commanded otherwise"}`;
  const expected = `a number in ${use.unit} that the board can write`;
  return [{ pointer, found, expected, remedy: "name a drive's speed reference" }];
}

/** A reference by name to another part of the file. */
export function checkReference(name: string, names: readonly string[], pointer: string, expected: string): Finding[] {
  if (names.includes(name)) return [];
  return [{ pointer, found: excerpt(name), expected, remedy: suggestion(name, names) }];
}

/** Every repetition of a name, at its second place. */
export function checkUnique(
  named: readonly { readonly name: string; readonly pointer: string }[],
  what: string,
): Finding[] {
  const seen = new Map<string, string>();
  return named.flatMap(({ name, pointer }) => {
    const first = seen.get(name);
    if (first === undefined) {
      seen.set(name, pointer);
      return [];
    }
    return [
      { pointer, found: `${excerpt(name)}, as at ${first}`, expected: `each ${what} once`, remedy: "change one" },
    ];
  });
}

/** The branch and everything that feeds it, root last; ends at a loop. */
export function pathToRoot(file: SiteFile, name: string): SiteFile["branches"] {
  const path: SiteFile["branches"] = [];
  let next: string | undefined = name;
  while (next !== undefined) {
    const branch = file.branches.find((candidate) => candidate.name === next);
    if (branch === undefined || path.includes(branch)) break;
    path.push(branch);
    next = branch.parent;
  }
  return path;
}

/** Pointers of a list's names. */
export function namesAt(list: readonly { readonly name: string }[], ...steps: readonly (string | number)[]) {
  return list.map(({ name }, index) => ({ name, pointer: pointerOf(...steps, index, "name") }));
}
