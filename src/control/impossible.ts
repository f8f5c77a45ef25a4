/** The one place for lookups that cannot fail: a miss is our own bug, and the process ends. */

/** The value, which is there by construction; `what` names it where it is not. */
export function certain<Value>(value: Value | undefined | null, what: string): Value {
  if (value === undefined || value === null) throw new Error(`Impossible: no ${what}.`);
  return value;
}
