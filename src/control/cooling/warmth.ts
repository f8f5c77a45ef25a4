/** All that is judged of heat in one scan: every tank, every loop, their pumps and fans. */
import type { Milliseconds, PointName } from "../../model/reading.ts";
import { type Finding, merge } from "../envelopes/finding.ts";
import { type JudgedTanks, judgeTanks } from "../envelopes/tank.ts";
import type { Judged } from "../judge.ts";
import type { Layout } from "../layout.ts";
import type { Account } from "../power/account.ts";
import type { ControlState } from "../state.ts";
import { type JudgedCooling, judgeCooling } from "./cooling.ts";

export interface WarmthInput {
  readonly layout: Layout;
  readonly judgedOf: (point: PointName) => Judged;
  readonly accounts: readonly Account[];
  readonly adopting: boolean;
  readonly now: Milliseconds;
  readonly holdMilliseconds: Milliseconds;
}

export interface Warmth {
  readonly finding: Finding;
  readonly tanks: JudgedTanks;
  readonly cooling: JudgedCooling;
}

/** Judges tanks and their cooling by what the last scans have taught. */
export function judgeWarmth(state: ControlState, input: WarmthInput): Warmth {
  const { now } = input;
  const { startedAt, stoppedPumps, durable } = state;
  const tanks = judgeTanks({
    ...input,
    before: state.provenAt,
    memories: state.tanks,
    trips: durable.trips,
    startedAt,
    stoppedPumps,
    standbys: state.cooling.pumps.map(({ standby }) => standby),
  });
  const cooling = judgeCooling({
    ...input,
    before: state.cooling,
    celsius: tanks.celsius,
    memories: state.tanks,
    trips: durable.trips,
    elapsedMilliseconds: Math.max(0, now - state.now),
  });
  return { finding: merge([tanks.finding, cooling.finding]), tanks, cooling };
}
