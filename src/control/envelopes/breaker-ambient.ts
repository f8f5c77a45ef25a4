/** Air around a breaker: its thermal element trips earlier where the air is hotter than it was calibrated for. Only the share of its rating that is left. */
import type { Branch } from "../../model/site.ts";
import type { Judged } from "../judge.ts";

export interface Derated {
  /** Of its rating; 1: the air takes nothing. */
  readonly share: number;
  /** The air that counts [°C]; null: the site says nothing of it. */
  readonly celsius: number | null;
  /** The reading that is not good; null: it is, or none is wanted. */
  readonly lost: Judged | null;
}

const untouched: Derated = { share: 1, celsius: null, lost: null };

/** Not measured, the hottest air counts that the site names, and never less than what was read last. */
export function derate({ derating }: Branch, judgedOf: (name: string) => Judged): Derated {
  if (derating === undefined) return untouched;
  const judged = derating.point === null ? null : judgedOf(derating.point);
  const good = judged?.quality === "good";
  const lost = judged === null || good ? null : judged;
  const read = judged?.value ?? Number.NEGATIVE_INFINITY;
  const celsius = good ? read : Math.max(derating.hottestCelsius, read);
  const share = Math.max(0, 1 - derating.lossPerKelvinRatio * Math.max(0, celsius - derating.calibratedCelsius));
  return { share, celsius, lost };
}
