/** Contacts of a tank that must stay closed: every leak detector dry, the pump running. Open circuits and cut cables look the same, on purpose. */
import type { Milliseconds } from "../../model/reading.ts";
import type { ReasonCode, Scope } from "../../model/reason.ts";
import type { Tank } from "../../model/site.ts";
import type { TripName } from "../../model/trip.ts";
import { seconds } from "../figures.ts";
import { type Finding, merge, nothingAllowed, nothingFound } from "./finding.ts";
import { prove } from "./proof.ts";
import type { TankScan } from "./tank-scan.ts";

/** A floor must be proven dry at least this often [ms]. Source: choice: one missed poll of a slow line is no leak; grid-and-safety 5.2 acts within 10 s. */
const dryProofMilliseconds: Milliseconds = 5000;
/** A pump must show that it runs at least this often where no flow proof sets the time [ms]. Source: grid-and-safety 5.2: stale limit of flow. */
const pumpProofMilliseconds: Milliseconds = 5000;

/** Judges the leak detectors. */
export function judgeLeaks(tank: Tank, scan: TankScan): Finding {
  return merge(
    tank.leakDry.map((point) =>
      judgeContact(tank, scan, {
        point,
        proof: `${tank.name}/leak ${point}`,
        trip: `${tank.name}/leak`,
        allowedMilliseconds: dryProofMilliseconds,
        violated: { code: "leak", text: `Leak detector ${point} of ${tank.name} is wet` },
        unknown: { code: "leak-unknown", text: `Leak detector ${point} of ${tank.name} is not known` },
        cause: `leak detector ${point} is not dry.`,
      }),
    ),
  );
}

/** Judges the running proof of the pump, where there is one. */
export function judgePump(tank: Tank, scan: TankScan): Finding {
  const feedback = (scan.standby ? tank.pump?.standby?.feedback : tank.pump?.feedback) ?? null;
  if (feedback === null) return nothingFound;
  if (scan.pumpStopped) {
    scan.keepProof(`${tank.name}/pump`, scan.now);
    return nothingFound;
  }
  return judgeContact(tank, scan, {
    point: feedback,
    proof: `${tank.name}/pump`,
    trip: `${tank.name}/pump`,
    allowedMilliseconds: tank.flow?.proofMilliseconds ?? pumpProofMilliseconds,
    violated: { code: "pump-not-running", text: `Pump of ${tank.name} is told to run and does not` },
    unknown: { code: "pump-not-running", text: `Whether the pump of ${tank.name} runs is not known` },
    cause: "its pump does not run.",
  });
}

interface ContactRule {
  readonly point: string;
  readonly proof: string;
  readonly trip: TripName;
  readonly allowedMilliseconds: Milliseconds;
  readonly violated: { readonly code: ReasonCode; readonly text: string };
  readonly unknown: { readonly code: ReasonCode; readonly text: string };
  readonly cause: string;
}

function judgeContact(tank: Tank, scan: TankScan, rule: ContactRule): Finding {
  const scope: Scope = `tank/${tank.name}`;
  const judged = scan.judgedOf(rule.point);
  const proof = prove(scan.provenAt(rule.proof), judged, (value) => value === 1, scan.now, rule.allowedMilliseconds);
  scan.keepProof(rule.proof, proof.provenAt);
  const causes: Record<string, string> = proof.standing ? {} : { [rule.trip]: rule.cause };
  if (proof.verdict === "proven" || (proof.verdict === "unknown" && scan.patient)) return { ...nothingFound, causes };
  const { code, text } = proof.verdict === "violated" ? rule.violated : rule.unknown;
  const reason = { code, text: `${text}, for ${seconds(scan.now - proof.provenAt)}; its machines sleep.` };
  const limits = [nothingAllowed(scope, reason)];
  const violations = proof.verdict === "violated" ? [{ name: rule.trip, scope, reason }] : [];
  return { ...nothingFound, causes, limits, violations };
}
