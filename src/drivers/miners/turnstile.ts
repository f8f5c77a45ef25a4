/** Lets one task through at a time, in the order of asking: for machines that take a single connection. */
export interface Turnstile {
  run<Value>(task: () => Promise<Value>): Promise<Value>;
}

export function createTurnstile(): Turnstile {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(task) {
      const mine = last.then(task, task);
      last = mine;
      return mine;
    },
  };
}
