/** The thermal envelope of every tank: coolant, flow, pump, leaks and level together. */
import type { Milliseconds, PointName } from "../../model/reading.ts";
import type { Trip } from "../../model/trip.ts";
import { certain } from "../impossible.ts";
import type { Judged } from "../judge.ts";
import type { Layout } from "../layout.ts";
import type { Account } from "../power/account.ts";
import { voteCoolant } from "../voting.ts";
import { learnHeat, risingLimits } from "./coolant-rising.ts";
import { type Finding, merge, nothingFound } from "./finding.ts";
import { judgeLeaks, judgePump } from "./tank-contact.ts";
import { judgeCoolant } from "./tank-coolant.ts";
import { judgeDifference, learnDifference } from "./tank-difference.ts";
import { judgeFlow } from "./tank-flow.ts";
import { judgeLevel } from "./tank-level.ts";
import type { TankMemory } from "./tank-memory.ts";
import type { TankScan } from "./tank-scan.ts";
import { judgeWarmUp } from "./tank-warm-up.ts";

export interface TanksInput {
  readonly layout: Layout;
  readonly judgedOf: (point: PointName) => Judged;
  readonly accounts: readonly Account[];
  /** When each proof was last given. */
  readonly before: Readonly<Record<string, Milliseconds>>;
  /** Aligned with `site.tanks`. */
  readonly memories: readonly TankMemory[];
  readonly trips: readonly Trip[];
  readonly startedAt: Milliseconds;
  readonly now: Milliseconds;
  readonly holdMilliseconds: Milliseconds;
  readonly stoppedPumps: readonly string[];
  /** Aligned with `site.tanks`: its standby pump has taken over. */
  readonly standbys: readonly boolean[];
}

export interface JudgedTanks {
  readonly finding: Finding;
  readonly provenAt: Readonly<Record<string, Milliseconds>>;
  readonly memories: readonly TankMemory[];
  /** Aligned with tanks: voted coolant [°C]; null: not known. */
  readonly celsius: readonly (number | null)[];
}

/** Judges all tanks. What is learned in this scan limits from the next one on. */
export function judgeTanks(input: TanksInput): JudgedTanks {
  const { layout, judgedOf, before, startedAt, now, holdMilliseconds } = input;
  const provenAt: Record<string, Milliseconds> = {};
  const memories: TankMemory[] = [];
  const celsius: (number | null)[] = [];
  const findings = layout.tanks.map(({ tank, machines, ratedWatts }, index) => {
    const scope = `tank/${tank.name}`;
    const scan: TankScan = {
      now,
      judgedOf,
      provenAt: (name) => before[name] ?? startedAt,
      keepProof: (name, at) => {
        provenAt[name] = at;
      },
      vote: voteCoolant(tank.coolant.sensors.map(judgedOf), now),
      presentWatts: presentOf(machines, input.accounts),
      tripped: input.trips.some((trip) => trip.scope === scope),
      standby: input.standbys[index] === true,
      pumpStopped: input.stoppedPumps.includes(tank.name),
      patient: holdMilliseconds > 0 && tank.hardwiredInterlock,
      holdMilliseconds,
    };
    celsius.push(scan.vote.celsius);
    const memory = certain(input.memories[index], "memory of a tank");
    memories.push(learnDifference(tank, ratedWatts, learnHeat(tank, ratedWatts, memory, scan), scan));
    const learned = [...risingLimits(tank, memory, scan), ...judgeWarmUp(tank, ratedWatts, scan)];
    // A proof that is not renewed in this scan keeps its time.
    return merge([
      judgeCoolant(tank, ratedWatts, scan),
      judgeDifference(tank, ratedWatts, memory, scan),
      { ...nothingFound, limits: learned },
      judgeFlow(tank, scan),
      judgePump(tank, scan),
      judgeLeaks(tank, scan),
      judgeLevel(tank, scan),
    ]);
  });
  return { finding: merge(findings), provenAt: { ...before, ...provenAt }, memories, celsius };
}

function presentOf(machines: readonly number[], accounts: readonly Account[]): number {
  let watts = 0;
  for (const machine of machines) {
    const { highWatts, unknownWatts } = certain(accounts[machine], "account");
    watts += highWatts + unknownWatts;
  }
  return watts;
}
