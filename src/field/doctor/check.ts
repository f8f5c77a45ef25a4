/** One thing that was looked at, what came out, and what to do about it. */

export interface Check {
  /** Line, device, machine ... by its name in the site file. */
  readonly subject: string;
  /** What was looked at, in a word or two. */
  readonly name: string;
  /** `warn`: it works, and will make trouble. */
  readonly verdict: "pass" | "warn" | "fail";
  readonly found: string;
  /** What to do, in a sentence; null where nothing is. */
  readonly remedy: string | null;
}

export function pass(subject: string, name: string, found: string): Check {
  return { subject, name, verdict: "pass", found, remedy: null };
}

export function warn(subject: string, name: string, found: string, remedy: string): Check {
  return { subject, name, verdict: "warn", found, remedy };
}

export function failed(subject: string, name: string, found: string, remedy: string): Check {
  return { subject, name, verdict: "fail", found, remedy };
}
