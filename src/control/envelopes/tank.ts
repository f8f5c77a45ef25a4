/** The thermal envelope of every tank: coolant, flow, pump, leaks and level together. */
import type { Milliseconds, PointName } from "../../model/reading.ts";
import type { Judged } from "../judge.ts";
import type { Layout } from "../layout.ts";
import { type Finding, merge } from "./finding.ts";
import { judgeLeaks, judgePump } from "./tank-contact.ts";
import { judgeCoolant } from "./tank-coolant.ts";
import { judgeFlow } from "./tank-flow.ts";
import { judgeLevel } from "./tank-level.ts";
import type { TankScan } from "./tank-scan.ts";

export interface JudgedTanks {
  readonly finding: Finding;
  readonly provenAt: Readonly<Record<string, Milliseconds>>;
}

/** Judges all tanks. */
export function judgeTanks(
  layout: Layout,
  judgedOf: (point: PointName) => Judged,
  before: Readonly<Record<string, Milliseconds>>,
  startedAt: Milliseconds,
  now: Milliseconds,
  holdMilliseconds: Milliseconds,
  stoppedPumps: readonly string[],
): JudgedTanks {
  const provenAt: Record<string, Milliseconds> = {};
  const findings = layout.tanks.map(({ tank, ratedWatts }) => {
    const scan: TankScan = {
      now,
      judgedOf,
      provenAt: (name) => before[name] ?? startedAt,
      keepProof: (name, at) => {
        provenAt[name] = at;
      },
      pumpStopped: stoppedPumps.includes(tank.name),
      patient: holdMilliseconds > 0 && tank.hardwiredInterlock,
      holdMilliseconds,
    };
    // A proof that is not renewed in this scan keeps its time.
    return merge([
      judgeCoolant(tank, ratedWatts, scan),
      judgeFlow(tank, scan),
      judgePump(tank, scan),
      judgeLeaks(tank, scan),
      judgeLevel(tank, scan),
    ]);
  });
  return { finding: merge(findings), provenAt: { ...before, ...provenAt } };
}
