/** Rows of machines of a site file: addresses and names counted out, model figures with the site's own. */
import assert from "node:assert";
import type { MinerModelFile } from "../model/generated/miner-model.ts";
import type { SiteFile } from "../model/generated/site.ts";
import type { MinerTrim } from "../model/miner-model.ts";
import type { MinerDialect, MinerModel, MinerSite } from "../model/site.ts";
import { addressesOf, mostAddresses } from "./addresses.ts";
import type { BoardLibrary } from "./boards.ts";
import type { ResolvedRow } from "./context.ts";
import { pointerOf } from "./document.ts";
import { excerpt, type Finding, suggestion } from "./problem.ts";

type Row = SiteFile["miners"][number];

export interface ResolvedMiners {
  readonly rows: readonly ResolvedRow[];
  readonly models: Readonly<Record<string, MinerModel>>;
}

export function resolveMiners(file: SiteFile, library: BoardLibrary, findings: Finding[]): ResolvedMiners {
  const models: Record<string, MinerModel> = {};
  const rows = file.miners.map((row, index) => {
    const model = resolveModel(row, index, library, findings);
    if (model !== null) models[model.name] = model;
    const hosts = addressesOf(row.addresses);
    if (hosts === null)
      findings.push({
        pointer: pointerOf("miners", index, "addresses"),
        found: excerpt(row.addresses),
        expected: `IPv4 addresses, first to last, at most ${mostAddresses}`,
        remedy: "for example 192.168.10.1-192.168.10.50, or 192.168.10.0/24 for all of a subnet",
      });
    const miners = (hosts ?? []).map((host, at, all) => minerOf(row, model?.name ?? row.model, host, at, all.length));
    const peakWatts = model === null ? null : Math.max(model.peakWakeWatts, model.ratedWatts);
    const dialect = model?.dialect ?? null;
    const maximumInletCelsius = model?.maximumInletCelsius ?? null;
    return {
      index,
      miners,
      maximumInletCelsius,
      dialect,
      peakWatts,
      hashesAfterPowerCycle: powerCycleOf(row, library),
    };
  });
  checkSearches(file, findings);
  return { rows, models };
}

function checkSearches(file: SiteFile, findings: Finding[]): void {
  for (const [index, text] of file.searchAddresses.entries())
    if (addressesOf(text) === null)
      findings.push({
        pointer: pointerOf("searchAddresses", index),
        found: excerpt(text),
        expected: `IPv4 addresses, first to last, at most ${mostAddresses}`,
        remedy: "for example 192.168.10.0/24",
      });
}

function minerOf(row: Row, model: string, host: string, at: number, count: number): MinerSite {
  const phases = [1, 2, 3] as const;
  return {
    name: count === 1 && !/[-/]/.test(row.addresses) ? row.name : `${row.name}-${String(at + 1).padStart(3, "0")}`,
    model,
    host,
    port: row.port ?? null,
    webPort: row.webPort ?? null,
    tank: row.tank ?? "",
    branch: row.branch ?? "",
    phase: row.phase === "rotate" ? (phases[at % 3] ?? 1) : (row.phase ?? null),
    credentials: row.credentials,
  };
}

const figures = [
  "ratedWatts",
  "peakWakeWatts",
  "asleepWatts",
  "ratedTerahashesPerSecond",
  "sleepSeconds",
  "wakeSeconds",
  "maximumInletCelsius",
] as const;

/** What lets weir trim a machine; known to few makers. */
const trimFigures = ["minimumLimitWatts", "limitSettleSeconds", "limitRestartsMining"] as const;

/** Dialects with a limit in watts. Source: miners' fact sheet, section 2. */
export const takeLimits: readonly MinerDialect[] = ["whatsminer-v2", "whatsminer-v3", "luxos", "braiins", "vnish"];

/** Null where a figure is known neither to the model's file nor to the site. */
function resolveModel(row: Row, index: number, library: BoardLibrary, findings: Finding[]): MinerModel | null {
  const found = library.miner(row.model);
  const pointer = pointerOf("miners", index);
  if (!found.ok) {
    if (found.error === "unknown") {
      const expected = "the name of a file in boards/miners, without ending";
      const remedy = suggestion(row.model, library.names("miner"));
      findings.push({ pointer: `${pointer}/model`, found: excerpt(row.model), expected, remedy });
    }
    return null;
  }
  const unknown = figures.filter((figure) => figureOf(row, found.value, figure) === undefined);
  for (const figure of unknown)
    findings.push({
      pointer: `${pointer}/model`,
      found: `${row.model}, whose ${figure} nobody has published`,
      expected: `a figure for ${figure}`,
      remedy: `measure it and add \`overrides: {${figure}: ...}\``,
    });
  const trim = trimFinding(row, pointer, found.value);
  if (trim !== null) findings.push(trim);
  return unknown.length > 0 ? null : modelOf(row, found.value);
}

function modelOf(row: Row, model: MinerModelFile): MinerModel {
  const figure = (name: (typeof figures)[number]): number => {
    const value = figureOf(row, model, name);
    assert.ok(value !== undefined, `${name} of ${row.model} is known`);
    return value;
  };
  const overridden = Object.keys(row.overrides).length > 0;
  return {
    name: overridden ? `${row.model}/${row.name}` : row.model,
    dialect: model.dialect,
    ratedWatts: figure("ratedWatts"),
    peakWakeWatts: figure("peakWakeWatts"),
    asleepWatts: figure("asleepWatts"),
    ratedTerahashesPerSecond: figure("ratedTerahashesPerSecond"),
    sleepMilliseconds: figure("sleepSeconds") * 1000,
    wakeMilliseconds: figure("wakeSeconds") * 1000,
    maximumInletCelsius: figure("maximumInletCelsius"),
    // Behind a contactor the site must tell (rules/machines.ts). Elsewhere nothing hangs on it, and unknown counts as
    // the case that could overload: power comes back by itself.
    hashesAfterPowerCycle: row.overrides.hashesAfterPowerCycle ?? model.hashesAfterPowerCycle?.value ?? true,
    trim: trimOf(row, model),
    inletWarningCelsius: inletWarnings(model),
  };
}

function powerCycleOf({ model, overrides }: Row, library: BoardLibrary): boolean | null {
  const found = library.miner(model);
  return overrides.hashesAfterPowerCycle ?? (found.ok ? found.value.hashesAfterPowerCycle?.value : undefined) ?? null;
}

/** Null where the firmware takes no limit, or where a figure is known to nobody: such a machine is shed whole. */
function trimOf({ overrides }: Row, model: MinerModelFile): MinerTrim | null {
  const minimumWatts = overrides.minimumLimitWatts ?? model.minimumLimitWatts?.value;
  const settleSeconds = overrides.limitSettleSeconds ?? model.limitSettleSeconds?.value;
  const restarts = overrides.limitRestartsMining ?? model.limitRestartsMining?.value;
  if (!takeLimits.includes(model.dialect)) return null;
  if (minimumWatts === undefined || settleSeconds === undefined || restarts === undefined) return null;
  return { minimumWatts, restarts, settleMilliseconds: settleSeconds * 1000 };
}

function inletWarnings({ modes = [] }: MinerModelFile): NonNullable<MinerModel["inletWarningCelsius"]> {
  return Object.fromEntries(
    modes.flatMap(({ name, inletWarningCelsius }) =>
      inletWarningCelsius === undefined ? [] : [[name, inletWarningCelsius]],
    ),
  );
}

/** A site that tells one figure of trimming wants to trim: then every one must be known. */
function trimFinding(row: Row, pointer: string, model: MinerModelFile): Finding | null {
  const told = trimFigures.find((figure) => row.overrides[figure] !== undefined);
  if (told === undefined) return null;
  const found = `${told} of ${row.model}`;
  if (!takeLimits.includes(model.dialect)) {
    const expected = `no ${told}: the dialect ${model.dialect} takes no limit in watts`;
    return { pointer: `${pointer}/overrides/${told}`, found, expected, remedy: `remove \`${told}\`` };
  }
  const lacks = trimFigures.find((figure) => (row.overrides[figure] ?? model[figure]?.value) === undefined);
  if (lacks === undefined) return null;
  const remedy = `measure it and add \`overrides: {${lacks}: ...}\`; without it the machine is never trimmed`;
  return { pointer: `${pointer}/overrides`, found: `${found} without ${lacks}`, expected: lacks, remedy };
}

function figureOf(row: Row, model: MinerModelFile, figure: (typeof figures)[number]): number | undefined {
  return row.overrides[figure] ?? model[figure]?.value;
}
