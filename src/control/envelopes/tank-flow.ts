/** Flow proof of a tank: without it the fluid around a machine heats by 15 K within a minute, so its machines sleep at once. */
import type { Scope } from "../../model/reason.ts";
import type { Tank } from "../../model/site.ts";
import { seconds } from "../figures.ts";
import type { Judged } from "../judge.ts";
import { type Finding, nothingAllowed, nothingFound } from "./finding.ts";
import { prove } from "./proof.ts";
import type { TankScan } from "./tank-scan.ts";
import { flowNeeded } from "./tank-warm-up.ts";

/** Judges the flow of one tank. */
export function judgeFlow(tank: Tank, scan: TankScan): Finding {
  if (tank.flow === null) return nothingFound;
  const { point, proofMilliseconds } = tank.flow;
  const judged = scan.judgedOf(point);
  const name = `${tank.name}/flow`;
  if (scan.pumpStopped) {
    scan.keepProof(name, scan.now);
    return nothingFound;
  }
  const scope: Scope = `tank/${tank.name}`;
  const litersPerMinute = flowNeeded(tank, scan.vote.celsius);
  const proof = prove(scan.provenAt(name), judged, (value) => value >= litersPerMinute, scan.now, proofMilliseconds);
  scan.keepProof(name, proof.provenAt);
  const needed = `${tenths(litersPerMinute)} l/min are needed`;
  const causes: Record<string, string> = proof.standing ? {} : { [name]: `its flow is ${flowOf(judged)}; ${needed}.` };
  if (proof.verdict === "proven") return { ...nothingFound, causes };
  const since = `for ${seconds(scan.now - proof.provenAt)}`;
  // Cold fluid whose temperature is lost is no measured violation: it may flow as well as cold fluid can.
  const perhapsCold = scan.vote.celsius === null && reaches(judged, coldFlow(tank));
  if (proof.verdict === "violated" && !perhapsCold) {
    const text = `Flow of ${tank.name} is ${flowOf(judged)} and has been too low ${since}; ${needed}.`;
    const reason = { code: "flow-lost", text } as const;
    return { ...nothingFound, causes, limits: [nothingAllowed(scope, reason)], violations: [{ name, scope, reason }] };
  }
  if (scan.patient) return { ...nothingFound, causes };
  const text = `Flow of ${tank.name} has not been known to be enough ${since}; without proof of flow its machines sleep.`;
  return { ...nothingFound, causes, limits: [nothingAllowed(scope, { code: "flow-unknown", text })] };
}

function reaches(judged: Judged, litersPerMinute: number): boolean {
  return judged.quality !== "bad" && judged.value >= litersPerMinute;
}

function coldFlow({ warmUp }: Tank): number {
  return warmUp?.coldLitersPerMinute ?? Number.POSITIVE_INFINITY;
}

function flowOf(judged: Judged): string {
  return judged.quality === "bad" ? "not known" : `${tenths(judged.value)} l/min`;
}

function tenths(litersPerMinute: number): string {
  return (Math.round(litersPerMinute * 10) / 10).toString();
}
