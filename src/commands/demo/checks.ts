/** What the demo's story proved: each claim with its figures, and whether it held. */

export interface Check {
  /** Stable: scripts read it. */
  readonly name: string;
  /** Null: the time was too short to play it. */
  readonly holds: boolean | null;
  readonly text: string;
  readonly figures: Readonly<Record<string, number | string | boolean | null>>;
}

/** The demo is good when nothing it played failed and it played something. */
export function allHold(checks: readonly Check[]): boolean {
  return checks.every((check) => check.holds !== false) && checks.some((check) => check.holds === true);
}

/** One line a claim. */
export function summaryLines(checks: readonly Check[]): string[] {
  const width = Math.max(0, ...checks.map((check) => check.name.length));
  return checks.map((check) => {
    const verdict = check.holds === null ? "not played" : check.holds ? "yes" : "NO";
    return `  ${check.name.padEnd(width)}  ${verdict.padEnd(10)}  ${check.text}`;
  });
}
