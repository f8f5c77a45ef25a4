/** Electrical envelope: rated power, and for every branch the amperes its breaker carries continuously, at the lowest voltage and with its imbalance. */
import type { Limit, Reason, Scope } from "../../model/reason.ts";
import type { Branch, Site } from "../../model/site.ts";
import { kilowatts } from "../figures.ts";
import { certain } from "../impossible.ts";
import type { Judged } from "../judge.ts";
import type { BranchPlace, Layout } from "../layout.ts";
import type { BranchBalance } from "../power/balance.ts";
import { type Derated, derate } from "./breaker-ambient.ts";
import { type Finding, merge, nothingFound } from "./finding.ts";

/** Voltage that counts while none is measured, and the lowest that is believed. Source: EN 50160: supply stays within 10 % of nominal. */
const lowestVoltageRatio = 0.9;
/** Imbalance that counts at least while currents are not measured, and above which a person is told. Source: choice: a fifth of the continuous current. */
const worstImbalanceRatio = 0.2;

export interface JudgedFeeder {
  readonly finding: Finding;
  /** How uneven the phases of each branch were when all of them were last measured [A]. Aligned with branches. */
  readonly unevenAmperes: readonly number[];
  /** What each branch carries for all that is known where a reading of it is lost; null: none is [W]. Aligned with branches. */
  readonly surelyWatts: readonly (number | null)[];
}

/** Limits of the whole feeder tree. `unevenBefore` is what the scan before found; `judgedOf` gives the judgement of a point; during the hold of a start only a measured overload acts at once. */
export function judgeFeeder(
  site: Site,
  layout: Layout,
  balances: readonly BranchBalance[],
  unevenBefore: readonly number[],
  judgedOf: (name: string) => Judged,
  now: number,
  holdMilliseconds: number,
): JudgedFeeder {
  const root = certain(balances[layout.root], "root");
  const rated: Limit = {
    scope: "container",
    ceilingWatts: site.ratedWatts,
    withinMilliseconds: isAbove(root, site.ratedWatts) ? 0 : holdMilliseconds,
    source: "site",
    reason: { code: "rated-power", text: `The container is rated for ${kilowatts(site.ratedWatts)}.` },
  };
  const uneven: number[] = [];
  const surelyWatts: (number | null)[] = [];
  const branches = layout.branches.map((place, index) => {
    const carried = carries(place.branch, certain(unevenBefore[index], "imbalance"), judgedOf);
    uneven[index] = carried.unevenAmperes;
    surelyWatts[index] = carried.lost.length === 0 ? null : carried.mostWatts;
    return judgeBranch(layout, place, certain(balances[index], "balance"), carried, judgedOf, now, holdMilliseconds);
  });
  return { finding: merge([{ ...nothingFound, limits: [rated] }, ...branches]), unevenAmperes: uneven, surelyWatts };
}

function judgeBranch(
  layout: Layout,
  place: BranchPlace,
  balanced: BranchBalance,
  carried: Carried,
  judgedOf: (name: string) => Judged,
  now: number,
  holdMilliseconds: number,
): Finding {
  const { branch } = place;
  const scope = certain(layout.scopes[place.scope], "scope");
  const meter = branch.meter;
  const power = meter === null ? null : judgedOf(meter.powerWatts);
  const { ceilingWatts, lost } = carried;
  // Machines taken over as they run were below their breaker before; what is not read yet does not shed them.
  const overloaded = isAbove(balanced, lost.length === 0 ? ceilingWatts : carried.mostWatts);
  const patience = patienceFor(place.branch, lost, carried.derated, now);
  const limit: Limit = {
    scope,
    ceilingWatts,
    withinMilliseconds: overloaded ? patience : Math.max(holdMilliseconds, patience),
    source: "envelope",
    reason: reasonOf(branch, carried),
  };
  const phases = place.phases.map((phase, line): Limit => {
    const phaseScope: Scope = certain(layout.scopes[phase], "phase");
    const { code } = limit.reason;
    const figures = `${rounded(carried.amperes)} A at ${rounded(carried.volts)} V: ${kilowatts(carried.perPhaseWatts)}`;
    const text = `L${line + 1} of breaker ${branch.name} carries ${figures}.`;
    return { ...limit, scope: phaseScope, ceilingWatts: carried.perPhaseWatts, reason: { code, text } };
  });
  const warnings = [
    ...(balanced.meterBelowAccount ? [belowAccount(branch.name, balanced)] : []),
    ...(power?.quality === "bad" ? [meterLost(branch.name)] : []),
    ...(carried.isUneven ? [unevenPhases(branch.name, carried)] : []),
  ];
  return { ...nothingFound, limits: [limit, ...phases], warnings };
}

/** What a breaker carries continuously. */
interface Carried {
  readonly amperes: number;
  /** Lowest voltage that counts. */
  readonly volts: number;
  /** How uneven the phases were when all of them were last measured [A]. */
  readonly unevenAmperes: number;
  /** Taken off for uneven phases [A]. */
  readonly imbalanceAmperes: number;
  readonly perPhaseWatts: number;
  readonly ceilingWatts: number;
  /** What the air around it leaves of it. */
  readonly derated: Derated;
  /** At nominal voltage, with even phases and in cool air [W]. */
  readonly mostWatts: number;
  /** Voltages and currents that are not good. */
  readonly lost: readonly Judged[];
  /** Its phases are measured so uneven, in this scan and the one before, that somebody should move machines. */
  readonly isUneven: boolean;
}

function carries(branch: Branch, unevenBefore: number, judgedOf: (name: string) => Judged): Carried {
  const voltages = (branch.meter?.voltageVolts ?? []).map(judgedOf);
  const currents = (branch.meter?.currentAmperes ?? []).map(judgedOf);
  const derated = derate(branch, judgedOf);
  const coolAmperes = branch.breakerAmperes * branch.continuousRatio;
  const amperes = coolAmperes * derated.share;
  const volts = lowestVolts(voltages, branch.nominalVolts, branch.nominalVolts * lowestVoltageRatio);
  const measured = measuredImbalance(currents);
  const uneven = measured ?? unevenBefore;
  const imbalance = measured ?? Math.max(unevenBefore, amperes * worstImbalanceRatio);
  return {
    amperes,
    volts,
    unevenAmperes: uneven,
    imbalanceAmperes: imbalance,
    perPhaseWatts: amperes * volts,
    ceilingWatts: Math.max(0, amperes - imbalance) * volts * branch.phases,
    derated,
    mostWatts: coolAmperes * branch.nominalVolts * branch.phases,
    lost: [...voltages, ...currents, ...(derated.lost === null ? [] : [derated.lost])].filter(
      ({ quality }) => quality !== "good",
    ),
    isUneven: measured !== null && Math.min(measured, unevenBefore) > amperes * worstImbalanceRatio,
  };
}

function reasonOf({ name }: Branch, carried: Carried): Reason {
  const { amperes, volts, imbalanceAmperes: uneven, ceilingWatts } = carried;
  const off = uneven > 0 ? `, less ${rounded(uneven)} A for uneven phases` : "";
  const { share, celsius } = carried.derated;
  const warm = share < 1 && celsius !== null ? ` in air of ${rounded(celsius)} °C` : "";
  const figures = `${rounded(amperes)} A at ${rounded(volts)} V${warm}${off}`;
  return carried.lost.length === 0
    ? {
        code: "breaker-continuous",
        text: `Breaker ${name} carries ${figures} continuously: ${kilowatts(ceilingWatts)}.`,
      }
    : {
        code: "breaker-meter-lost",
        text: `${carried.lost.length === 1 && carried.derated.lost !== null ? `The air around the breaker of ${name} is not known` : `Meter of ${name} is not good`}; its breaker counts with ${figures}: ${kilowatts(ceilingWatts)}.`,
      };
}

/** Measured to be above. */
function isAbove({ meteredWatts, presentWatts }: BranchBalance, watts: number): boolean {
  return meteredWatts !== null && presentWatts > watts;
}

/** The lowest phase counts; a phase that is not read counts as low as a supply may be. Never above nominal: a reading does not widen a breaker. */
function lowestVolts(voltages: readonly Judged[], nominalVolts: number, floorVolts: number): number {
  const volts = voltages.map((judged) => (judged.quality === "good" ? judged.value : floorVolts));
  return Math.max(floorVolts, Math.min(nominalVolts, ...volts));
}

/** How much more the fullest phase carries than the mean [A]: the breaker trips by its fullest phase. Null: not every phase is measured. */
function measuredImbalance(currents: readonly Judged[]): number | null {
  if (currents.length < 2) return 0;
  const amperes = currents.flatMap((judged) => (judged.quality === "good" ? [Math.abs(judged.value)] : []));
  if (amperes.length < currents.length) return null;
  const mean = amperes.reduce((sum, value) => sum + value, 0) / amperes.length;
  return Math.max(...amperes) - mean;
}

/** A narrowing that only a lost reading causes may wait until that reading is really too old. */
function patienceFor({ meter, derating }: Branch, lost: readonly Judged[], derated: Derated, now: number): number {
  if (lost.length === 0 || lost.some(({ quality }) => quality === "bad")) return 0;
  const left = lost.map((judged) => {
    const maximumAge = judged === derated.lost ? derating?.maximumAgeMilliseconds : meter?.maximumAgeMilliseconds;
    return certain(maximumAge, "maximum age of what was read") - (now - judged.at);
  });
  return Math.max(0, Math.min(...left));
}

function belowAccount(name: string, balanced: BranchBalance): Finding["warnings"][number] {
  const metered = kilowatts(certain(balanced.meteredWatts, "metered power"));
  const text = `The meter of ${name} reads ${metered}, but what is behind it accounts for ${kilowatts(balanced.lowWatts)}; the larger counts.`;
  return { name: `meter-below-account ${name}`, severity: "alarm", reason: { code: "meter-below-account", text } };
}

function unevenPhases(name: string, { unevenAmperes, amperes }: Carried): Finding["warnings"][number] {
  const text = `The fullest phase of ${name} carries ${rounded(unevenAmperes)} A more than the mean; that much of its ${rounded(amperes)} A is lost on the other phases. Move machines to them.`;
  return { name: `phase-imbalance ${name}`, severity: "warning", reason: { code: "phase-imbalance", text } };
}

function meterLost(name: string): Finding["warnings"][number] {
  const text = `The meter of ${name} is lost; the machines' own account counts.`;
  return { name: `breaker-meter-lost ${name}`, severity: "alarm", reason: { code: "breaker-meter-lost", text } };
}

function rounded(value: number): string {
  return (Math.round(value * 10) / 10).toString();
}
