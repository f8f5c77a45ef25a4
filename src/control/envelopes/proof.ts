/** Proof that must keep coming: flow, a running pump, a dry floor, enough level. Without it for too long a tank is shed. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Judged } from "../judge.ts";

export type ProofVerdict =
  /** The newest reading proves it, or the last proof is young enough. */
  | "proven"
  /** Measured to be otherwise for too long: latches. */
  | "violated"
  /** Not known for too long: inhibits. */
  | "unknown";

export interface Proof {
  /** When it was last proven. */
  readonly provenAt: Milliseconds;
  readonly verdict: ProofVerdict;
  /** It is proven by what is read in this scan. */
  readonly standing: boolean;
}

/** Advances a proof. `allowedMilliseconds` counts from the last reading that proved it. */
export function prove(
  provenAt: Milliseconds,
  judged: Judged,
  satisfies: (value: number) => boolean,
  now: Milliseconds,
  allowedMilliseconds: Milliseconds,
): Proof {
  const standing = judged.quality === "good" && satisfies(judged.value);
  const newest = standing ? Math.max(provenAt, judged.at) : provenAt;
  if (now - newest <= allowedMilliseconds) return { provenAt: newest, verdict: "proven", standing };
  return { provenAt: newest, verdict: judged.quality === "good" ? "violated" : "unknown", standing };
}
