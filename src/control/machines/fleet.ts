/** All machines of one scan: seen, advanced and accounted for; and what a person should know about them. */
import type { EventRecord } from "../../model/decision.ts";
import type { MinerReport } from "../../model/miner.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Warning } from "../envelopes/finding.ts";
import { listed } from "../figures.ts";
import { certain } from "../impossible.ts";
import type { Judged } from "../judge.ts";
import type { Layout } from "../layout.ts";
import { type Account, accountOf } from "../power/account.ts";
import type { MachineState } from "./machine.ts";
import { type Sighting, sight } from "./machine.ts";
import { observe, type Surroundings } from "./observe.ts";
import { isRefusing } from "./trimming.ts";

export interface Fleet {
  readonly machines: readonly MachineState[];
  readonly sightings: readonly Sighting[];
  readonly accounts: readonly Account[];
  /** Their newest reports, looked up by name once a scan. */
  readonly reports: readonly (MinerReport | undefined)[];
}

export interface FleetInput {
  readonly layout: Layout;
  readonly machines: readonly MachineState[];
  readonly reports: Readonly<Record<string, MinerReport>>;
  readonly powered: readonly boolean[];
  /** When weir last closed a contactor above each machine; reports from before tell nothing. */
  readonly poweredSince: readonly Milliseconds[];
  /** Aligned with branches: what the nearest meter says about sleep. */
  readonly meterProofs: readonly Surroundings["meterProof"][];
  readonly now: Milliseconds;
}

/** Advances every machine and works out its account. */
export function observeFleet(input: FleetInput): Fleet {
  const { layout, now } = input;
  const machines: MachineState[] = [];
  const sightings: Sighting[] = [];
  const accounts: Account[] = [];
  const reports: (MinerReport | undefined)[] = [];
  // By index: iterators of pairs are felt where every machine is looked at in every scan.
  for (let index = 0; index < layout.machines.length; index += 1) {
    const place = certain(layout.machines[index], "machine");
    const powered = certain(input.powered[index], "power");
    const since = certain(input.poweredSince[index], "power");
    const report = input.reports[place.miner.name];
    const sighting = sight(report, place.model, now, since);
    const meterProof = certain(input.meterProofs[place.branch], "proof");
    const machine = observe(certain(input.machines[index], "machine"), sighting, place.model, {
      now,
      powered,
      meterProof,
    });
    machines.push(machine);
    sightings.push(sighting);
    accounts.push(accountOf(machine, sighting, place.model, powered, now));
    reports.push(report);
  }
  return { machines, sightings, accounts, reports };
}

/** What the nearest meter at or above each branch says about machines that claim to sleep. Aligned with branches. */
export function meterProofsOf(
  layout: Layout,
  meters: readonly (Judged | null)[],
  sleepProofWatts: readonly number[],
): readonly Surroundings["meterProof"][] {
  const proofs: Surroundings["meterProof"][] = [];
  for (const index of [...layout.leafFirst].reverse()) {
    const { parent } = certain(layout.branches[index], "branch");
    const meter = meters[index] ?? null;
    if (meter === null) proofs[index] = parent === null ? "none" : certain(proofs[parent], "proof");
    else if (meter.quality === "bad") proofs[index] = "unavailable";
    else proofs[index] = meter.value <= certain(sleepProofWatts[index], "proof") ? "proves" : "contradicts";
  }
  return proofs;
}

/** Share of its baseline that a machine may still draw to count as asleep, and what the others may draw beyond their account. Source: miners.md 0.1; choice: 3 % for the meter. */
const asleepShare = 0.5;
const othersShare = 1.03;

/** What each branch's meter may read at most once its curtailed machines sleep [W]; a threshold for the next scan. */
export function sleepProofs(
  layout: Layout,
  machines: readonly MachineState[],
  accounts: readonly Account[],
): readonly number[] {
  const own = layout.branches.map(({ auxiliaryWatts }) => auxiliaryWatts);
  for (let index = 0; index < machines.length; index += 1) {
    const { branch } = certain(layout.machines[index], "machine");
    const machine = certain(machines[index], "machine");
    const { highWatts, unknownWatts } = certain(accounts[index], "account");
    const asleep = machine.command === "sleep" && machine.asleepSince === null;
    own[branch] =
      certain(own[branch], "branch") +
      (asleep ? machine.baselineWatts * asleepShare : (highWatts + unknownWatts) * othersShare);
  }
  for (const index of layout.leafFirst) {
    const { parent } = certain(layout.branches[index], "branch");
    if (parent !== null) own[parent] = certain(own[parent], "branch") + certain(own[index], "branch");
  }
  return own;
}

/** Relapses of this many machines are no accident of one firmware any more. Source: choice. */
export const relapsesOfSecondController = 2;

/** Warnings about machines, one a kind however many there are. */
export function fleetWarnings(
  layout: Layout,
  machines: readonly MachineState[],
  powered: readonly boolean[],
  now: Milliseconds,
): readonly Warning[] {
  const unreachable: string[] = [];
  const defiant: string[] = [];
  const excluded: string[] = [];
  const relapsed: string[] = [];
  const untrimmable: string[] = [];
  for (let index = 0; index < machines.length; index += 1) {
    const { phase, relapsedAt, trim } = certain(machines[index], "machine");
    const { name } = certain(layout.machines[index], "machine").miner;
    if (phase === "unreachable" && powered[index] === true) unreachable.push(name);
    if (phase === "defiant") defiant.push(name);
    if (phase === "excluded") excluded.push(name);
    if (relapsedAt !== null) relapsed.push(name);
    if (trim !== null && isRefusing(trim, now)) untrimmable.push(name);
  }
  return [
    ...warning(unreachable, "machines-unreachable", "warning", "do not answer and count with their plates"),
    ...warning(defiant, "machines-defiant", "alarm", "were told to sleep and still draw power"),
    ...warning(excluded, "machines-excluded", "warning", "refuse commands and cannot be shed by weir"),
    ...warning(untrimmable, "trim-refused", "warning", "took a limit and did not follow it; they are shed whole"),
    ...warning(
      relapsed,
      "second-controller",
      "alarm",
      relapsed.length < relapsesOfSecondController
        ? "woke without our doing"
        : "woke without our doing: does someone else control them? Nothing is raised",
    ),
  ];
}

/** One event a scan for machines that turned defiant. */
export function defianceEvents(
  layout: Layout,
  before: readonly MachineState[],
  machines: readonly MachineState[],
): readonly EventRecord[] {
  const names = layout.machines
    .filter((_, index) => machines[index]?.phase === "defiant" && before[index]?.phase !== "defiant")
    .map(({ miner }) => miner.name);
  if (names.length === 0) return [];
  const text = `${listed(names)}: told to sleep, but the power is still there.`;
  return [{ kind: "miner", severity: "alarm", subject: certain(names[0], "name"), text }];
}

function warning(
  names: readonly string[],
  code: Warning["reason"]["code"],
  severity: Warning["severity"],
  what: string,
): readonly Warning[] {
  if (names.length === 0) return [];
  const text = `${names.length} of the machines (${listed(names)}) ${what}.`;
  return [{ name: code, severity, reason: { code, text } }];
}
