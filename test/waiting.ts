/** The one place where tests wait: for a condition or for a promise, always with a deadline and a word for what was missing. */

/** Pause between two looks at a condition [ms]. Choice: short against any wire, long against a busy loop. */
const lookEveryMilliseconds = 10;

export interface WaitOptions {
  /** Deadline [ms]. */
  readonly within: number;
  /** What is waited for; a function is asked at the deadline, so that it can tell the last state. */
  readonly what: string | (() => string);
}

type Settled<Value> = Exclude<Value, false | null | undefined | 0 | "">;

/** Resolves with the first truthy value of the condition; rejects at the deadline, or when the condition throws. */
export async function waitFor<Value>(
  condition: () => Value | Promise<Value>,
  { within, what }: WaitOptions,
): Promise<Settled<Value>> {
  const endsAt = performance.now() + within;
  for (;;) {
    const left = Math.max(1, endsAt - performance.now());
    const value = await withDeadline(Promise.resolve(condition()), left, what);
    if (value) return value as Settled<Value>;
    if (performance.now() >= endsAt) throw new Error(`${wording(what)}: not within ${within} ms`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(lookEveryMilliseconds, left)));
  }
}

/** The promise's own outcome, or a rejection that names what was waited for once the deadline [ms] has passed. */
export async function withDeadline<Value>(
  promise: Promise<Value>,
  deadlineMilliseconds: number,
  what: string | (() => string),
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${wording(what)}: not within ${Math.round(deadlineMilliseconds)} ms`)),
      deadlineMilliseconds,
    );
  });
  return await Promise.race([promise, deadline]).finally(() => clearTimeout(timer));
}

function wording(what: string | (() => string)): string {
  return typeof what === "string" ? what : what();
}
