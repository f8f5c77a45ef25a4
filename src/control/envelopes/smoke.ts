/** Smoke: detectors of the whole container, normally closed circuits. Whatever is not proven clear sheds everything; cut cables look like smoke, on purpose. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";
import { seconds } from "../figures.ts";
import type { Judged } from "../judge.ts";
import { type Finding, merge, nothingAllowed, nothingFound } from "./finding.ts";
import { prove } from "./proof.ts";

/** The trip of all detectors together. */
export const smokeTrip = "smoke";

/** The air must be proven clear at least this often [ms]. Source: choice: as for leaks; one missed poll of a slow line is no fire. */
const clearProofMilliseconds: Milliseconds = 5000;

export interface SmokeInput {
  readonly site: Site;
  readonly judgedOf: (name: string) => Judged;
  readonly before: Readonly<Record<string, Milliseconds>>;
  readonly startedAt: Milliseconds;
  readonly now: Milliseconds;
  /** The image is still completing: what is unknown sheds nothing yet. */
  readonly adopting: boolean;
}

/** Judges every smoke detector. */
export function judgeSmoke(input: SmokeInput): {
  readonly finding: Finding;
  readonly provenAt: Readonly<Record<string, Milliseconds>>;
} {
  const provenAt: Record<string, Milliseconds> = {};
  const findings = (input.site.smokeClear ?? []).map((point): Finding => {
    const key = `${smokeTrip} ${point}`;
    const judged = input.judgedOf(point);
    const since = input.before[key] ?? input.startedAt;
    const proof = prove(since, judged, (value) => value === 1, input.now, clearProofMilliseconds);
    provenAt[key] = proof.provenAt;
    const causes: Record<string, string> = proof.standing
      ? {}
      : { [smokeTrip]: `smoke detector ${point} is not clear.` };
    if (proof.verdict === "proven" || (proof.verdict === "unknown" && input.adopting))
      return { ...nothingFound, causes };
    const lasted = `for ${seconds(input.now - proof.provenAt)}; all machines sleep`;
    if (proof.verdict === "unknown") {
      const reason = { code: "smoke-unknown", text: `Smoke detector ${point} is not known ${lasted}.` } as const;
      return { ...nothingFound, causes, limits: [nothingAllowed("container", reason)] };
    }
    const reason = { code: "smoke", text: `Smoke detector ${point} tells smoke ${lasted}.` } as const;
    const violations = [{ name: smokeTrip, scope: "container", reason } as const];
    return { ...nothingFound, causes, limits: [nothingAllowed("container", reason)], violations };
  });
  return { finding: merge(findings), provenAt };
}
