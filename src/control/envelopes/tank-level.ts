/** Level of a tank: machines that stand dry are not cooled. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Scope } from "../../model/reason.ts";
import type { Tank } from "../../model/site.ts";
import { seconds } from "../figures.ts";
import { type Finding, nothingAllowed, nothingFound } from "./finding.ts";
import { prove } from "./proof.ts";
import type { TankScan } from "./tank-scan.ts";

/** A surface that moves may read low for this long [ms]. Source: choice: longer than a wave, shorter than the 10 s of grid-and-safety 5.2. */
const levelProofMilliseconds: Milliseconds = 8000;

/** Judges the level of one tank. */
export function judgeLevel(tank: Tank, scan: TankScan): Finding {
  if (tank.level === null) return nothingFound;
  const { point, minimumPercent } = tank.level;
  const judged = scan.judgedOf(point);
  const name = `${tank.name}/level`;
  const scope: Scope = `tank/${tank.name}`;
  const proof = prove(
    scan.provenAt(name),
    judged,
    (value) => value >= minimumPercent,
    scan.now,
    levelProofMilliseconds,
  );
  scan.keepProof(name, proof.provenAt);
  const level = judged.quality === "bad" ? "not known" : `${(Math.round(judged.value * 10) / 10).toString()} %`;
  const causes: Record<string, string> = proof.standing
    ? {}
    : { [name]: `its level is ${level}; at least ${minimumPercent} % are needed.` };
  if (proof.verdict === "proven" || (proof.verdict === "unknown" && scan.patient)) return { ...nothingFound, causes };
  const since = `for ${seconds(scan.now - proof.provenAt)}`;
  const violated = proof.verdict === "violated";
  const text = violated
    ? `Level of ${tank.name} is ${level}, below ${minimumPercent} % ${since}; its machines sleep.`
    : `Level of ${tank.name} has not been known ${since}; its machines sleep.`;
  const reason = { code: violated ? "level-low" : "level-unknown", text } as const;
  const limits = [nothingAllowed(scope, reason)];
  return { ...nothingFound, causes, limits, violations: violated ? [{ name, scope, reason }] : [] };
}
