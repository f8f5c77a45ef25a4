/** What the random days have visited: for every reason code the scans in which it limited, alarmed or tripped; and why the unvisited ones cannot be. */
import { reasonBook } from "../../src/control/reason-book.ts";
import type { Decision } from "../../src/model/decision.ts";
import type { ReasonCode } from "../../src/model/reason.ts";

export interface Visits {
  /** Takes note of one scan. */
  see(decision: Decision): void;
  /** One line a code, those never visited last. */
  lines(): readonly string[];
  /** Codes that were never visited though a closed loop could. */
  missing(): readonly ReasonCode[];
}

/** What physics in virtual time cannot show, and where it is shown instead. */
const elsewhere: Partial<Readonly<Record<ReasonCode, string>>> = {
  "talks-unasked": "frames of a line, which virtual time has none of; test/drivers/serial",
  "drive-fault": "registers of a drive's board, which built sites have none of; test/container/drives.test.ts",
  "drive-stands": "registers of a drive's board; test/container/drives.test.ts",
  "meter-energy": "energy registers of a meter's board, which built sites have none of; test/control/plausibility",
  "trip-latched": "not made any more: a trip tells its own cause",
};

const kinds = ["limits", "binds", "alarms", "trips", "asks"] as const;
type Counts = Record<(typeof kinds)[number], number>;

export function openVisits(): Visits {
  const visits = new Map<ReasonCode, Counts>();
  const count = (kind: keyof Counts, codes: ReadonlySet<ReasonCode>): void => {
    for (const code of codes) {
      const counts = visits.get(code) ?? { limits: 0, binds: 0, alarms: 0, trips: 0, asks: 0 };
      counts[kind] += 1;
      visits.set(code, counts);
    }
  };
  const codesOf = (found: readonly { readonly reason: { readonly code: ReasonCode } }[]): ReadonlySet<ReasonCode> =>
    new Set(found.map(({ reason }) => reason.code));
  const all = Object.keys(reasonBook) as ReasonCode[];
  const missing = (): readonly ReasonCode[] => all.filter((code) => !visits.has(code) && elsewhere[code] === undefined);
  return {
    see({ limits, explanation, alarms, trips, requests, binding }) {
      count("limits", codesOf(limits));
      count("binds", codesOf([{ reason: binding.reason }, ...explanation.map((scope) => scope.binding)]));
      count("alarms", codesOf(alarms));
      count("trips", codesOf(trips));
      count("asks", codesOf(requests));
    },
    missing,
    lines() {
      const lines = [...visits]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([code, counts]) => row(code, counts));
      const never = all
        .filter((code) => !visits.has(code))
        .map((code) => `${code.padEnd(28)} ${elsewhere[code] ?? "NOT VISITED: more days may"}`);
      return [`${"scans in which it".padEnd(28)}${kinds.map((kind) => kind.padStart(9)).join("")}`, ...lines, ...never];
    },
  };
}

function row(code: ReasonCode, counts: Counts): string {
  const cells = kinds.map((kind) => (counts[kind] === 0 ? "" : counts[kind].toString()).padStart(9));
  return `${code.padEnd(28)}${cells.join("")}`;
}
