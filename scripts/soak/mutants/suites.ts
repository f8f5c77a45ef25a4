/** Stands in for uvu's `suite` within a jury: collects the tests instead of running them, so that each can be asked alone. */

export interface Collected {
  readonly name: string;
  readonly handler: () => unknown;
}

interface Suite {
  (name: string, handler: () => unknown): void;
  run(): void;
}

const collected: Collected[] = [];

/** What tests import as `suite` from uvu; hooks are not there, so that a file that needs them cannot be asked by mistake. */
export function suite(_name: string): Suite {
  const tests: Collected[] = [];
  return Object.assign((name: string, handler: () => unknown) => void tests.push({ name, handler }), {
    run: () => void collected.push(...tests.splice(0)),
  });
}

/** The tests of all suites that were run since the last time. */
export function takeCollected(): readonly Collected[] {
  return collected.splice(0);
}
