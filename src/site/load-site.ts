/** From a site file to a Site: parse, shape, boards, rules. All problems at once, or a site that keeps every rule. */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { fail, type Result, succeed } from "../model/result.ts";
import type { Site } from "../model/site.ts";
import { type BoardLibrary, boardLibrary } from "./boards.ts";
import { indexPoints, type SiteContext, type SiteRule } from "./context.ts";
import { dataFolder } from "./data-folder.ts";
import { type Document, locate, pointerOf, readDocument } from "./document.ts";
import type { Finding, SiteProblem } from "./problem.ts";
import { resolveWires } from "./resolve-lines.ts";
import { resolveMiners } from "./resolve-miners.ts";
import { resolveSite } from "./resolve-site.ts";
import { meterPhases, settlement, transports } from "./rules/boards.ts";
import { coolingLoops, coolingPoints, standbyPumps } from "./rules/cooling.ts";
import { firmataAlone } from "./rules/firmata.ts";
import { gridFrequency } from "./rules/frequency.ts";
import { generatorFrequency, generatorSteps, gridStep, stepContactors } from "./rules/generator.ts";
import { tankInlets, warmUps } from "./rules/heat.ts";
import { brokerAddress } from "./rules/links.ts";
import { machineAddresses, machineNames, machinePlaces, powerCycles, switchableMachines } from "./rules/machines.ts";
import {
  branchMeters,
  breakerCurves,
  breakerDerating,
  contactors,
  containerFigures,
  feederTree,
  outputs,
  protectedLoads,
  smokeDetectors,
} from "./rules/power.ts";
import { coolantLimits, flowProof, heatCutOff, pumpSupply, sensorIndependence, tankPoints } from "./rules/tanks.ts";
import { settableSpeeds, uniqueAddresses, uniqueChannels, uniqueNames, uniquePorts } from "./rules/wiring.ts";
import { secretsFindings } from "./secrets.ts";
import { settlementOf } from "./settlement.ts";
import { checkShape } from "./shapes.ts";

const rules: readonly SiteRule[] = [
  uniqueNames,
  uniqueChannels,
  uniqueAddresses,
  uniquePorts,
  settableSpeeds,
  transports,
  meterPhases,
  settlement,
  containerFigures,
  feederTree,
  branchMeters,
  breakerCurves,
  breakerDerating,
  protectedLoads,
  smokeDetectors,
  generatorSteps,
  gridStep,
  stepContactors,
  generatorFrequency,
  gridFrequency,
  contactors,
  outputs,
  tankPoints,
  coolantLimits,
  sensorIndependence,
  firmataAlone,
  heatCutOff,
  flowProof,
  coolingPoints,
  coolingLoops,
  standbyPumps,
  tankInlets,
  warmUps,
  pumpSupply,
  machinePlaces,
  machineNames,
  machineAddresses,
  switchableMachines,
  powerCycles,
  brokerAddress,
];

export interface LoadOptions {
  /** Folder that holds meters/, sensors/, miners/ ...; ends with a slash. Default: boards/ of this installation. */
  readonly boards?: string;
}

/** Reads and checks a site file and everything it names; synchronous: it runs before anything is started. */
export function loadSite(file: string, options: LoadOptions = {}): Result<Site, readonly SiteProblem[]> {
  const document = readDocument(file);
  return document.ok ? resolveDocument(document.value, options) : document;
}

/** The same for a document that is already parsed. */
export function resolveDocument(document: Document, options: LoadOptions = {}): Result<Site, readonly SiteProblem[]> {
  const shape = checkShape(document, "site");
  if (!shape.ok) return shape;
  const file = shape.value;
  const library = boardLibrary(options.boards ?? `${dataFolder()}boards/`);
  const findings: Finding[] = [];
  const wires = resolveWires(file, library, findings);
  const { rows, models } = resolveMiners(file, library, findings);
  const board: SiteContext["board"] = (name) => {
    const found = library.modbus(name);
    return found.ok ? found.value : null;
  };
  const context: SiteContext = {
    file,
    wires,
    points: indexPoints(wires),
    miners: rows,
    models,
    board,
    settableBaudRates: (name) => board(name)?.serial?.baudRates ?? null,
  };
  for (const rule of rules) findings.push(...rule(context));
  const wanted = file.miners.map((row, index) => ({
    name: row.credentials,
    pointer: pointerOf("miners", index, "credentials"),
  }));
  const secrets = secretsFindings(document.file, file.secretsFile, wanted);
  findings.push(...secrets.findings);
  const problems = [...locate(document, findings), ...secrets.problems, ...library.problems()];
  if (problems.length > 0) return fail(problems);
  const miners = rows.flatMap((row) => row.miners);
  const configurationHash = hashOf(document, library);
  const settlementEnergy = settlementOf(file, board);
  const folder = dirname(document.file);
  return succeed(resolveSite({ folder, file, wires, miners, models, settlementEnergy, configurationHash }));
}

/** SHA-256 of the site file and every board it uses, in a fixed order. */
function hashOf(document: Document, library: BoardLibrary): string {
  const hash = createHash("sha256").update(document.text);
  for (const board of [...library.documents()].sort((a, b) => (a.file < b.file ? -1 : 1))) hash.update(board.text);
  return hash.digest("hex");
}
