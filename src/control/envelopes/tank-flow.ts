/** Flow proof of a tank: without it the fluid around a machine heats by 15 K within a minute, so its machines sleep at once. */
import type { Scope } from "../../model/reason.ts";
import type { Tank } from "../../model/site.ts";
import { seconds } from "../figures.ts";
import type { Judged } from "../judge.ts";
import { type Finding, nothingAllowed, nothingFound } from "./finding.ts";
import { prove } from "./proof.ts";
import type { TankScan } from "./tank-scan.ts";

/** Judges the flow of one tank. */
export function judgeFlow(tank: Tank, scan: TankScan): Finding {
  if (tank.flow === null) return nothingFound;
  const { point, minimumLitersPerMinute, proofMilliseconds } = tank.flow;
  const judged = scan.judgedOf(point);
  const name = `${tank.name}/flow`;
  if (scan.pumpStopped) {
    scan.keepProof(name, scan.now);
    return nothingFound;
  }
  const scope: Scope = `tank/${tank.name}`;
  const proof = prove(
    scan.provenAt(name),
    judged,
    (value) => value >= minimumLitersPerMinute,
    scan.now,
    proofMilliseconds,
  );
  scan.keepProof(name, proof.provenAt);
  const needed = `${minimumLitersPerMinute} l/min are needed`;
  const causes: Record<string, string> = proof.standing ? {} : { [name]: `its flow is ${flowOf(judged)}; ${needed}.` };
  if (proof.verdict === "proven") return { ...nothingFound, causes };
  const since = `for ${seconds(scan.now - proof.provenAt)}`;
  if (proof.verdict === "violated") {
    const text = `Flow of ${tank.name} is ${flowOf(judged)} and has been too low ${since}; ${needed}.`;
    const reason = { code: "flow-lost", text } as const;
    return { ...nothingFound, causes, limits: [nothingAllowed(scope, reason)], violations: [{ name, scope, reason }] };
  }
  if (scan.patient) return { ...nothingFound, causes };
  const text = `Flow of ${tank.name} has not been known ${since}; without proof of flow its machines sleep.`;
  return { ...nothingFound, causes, limits: [nothingAllowed(scope, { code: "flow-unknown", text })] };
}

function flowOf(judged: Judged): string {
  return judged.quality === "bad" ? "not known" : `${(Math.round(judged.value * 10) / 10).toString()} l/min`;
}
