/** Walks through every state that inputs can lead to, breadth first. The states are the real code's own; only what cannot matter any more is left out of their key. */

export interface Machine<State, Input> {
  readonly initial: readonly State[];
  readonly inputs: readonly Input[];
  next(state: State, input: Input): State;
  /** Two states with one key behave alike. */
  key(state: State): string;
  /** Throws where a transition breaks a rule. */
  check(before: State, input: Input, after: State): void;
}

export interface Explored {
  readonly states: number;
  readonly transitions: number;
}

/** No machine here is larger; a key that forgets to round an age would never end. */
const mostStates = 200_000;

/** Every reachable state and every transition of it, each checked; a broken rule tells the inputs that led there. */
export function explore<State, Input>(machine: Machine<State, Input>): Explored {
  interface Visit {
    readonly state: State;
    readonly from: Visit | null;
    readonly input: Input | null;
  }
  const seen = new Set<string>();
  const waiting: Visit[] = [];
  const visit = (state: State, from: Visit | null, input: Input | null): void => {
    const key = machine.key(state);
    if (seen.has(key)) return;
    if (seen.size >= mostStates) throw new Error(`more than ${mostStates} states, the newest ${key}`);
    seen.add(key);
    waiting.push({ state, from, input });
  };
  for (const state of machine.initial) visit(state, null, null);
  let transitions = 0;
  for (let index = 0; index < waiting.length; index += 1) {
    const here = waiting[index] as Visit;
    for (const input of machine.inputs) {
      const after = machine.next(here.state, input);
      transitions += 1;
      try {
        machine.check(here.state, input, after);
      } catch (error) {
        const path: string[] = [JSON.stringify(input)];
        for (let at: Visit = here; at.from !== null; at = at.from) path.unshift(JSON.stringify(at.input));
        throw new Error(`${(error as Error).message}\nafter ${path.join("\n  then ")}`);
      }
      visit(after, here, input);
    }
  }
  return { states: seen.size, transitions };
}

/** Prints what was walked through, as a proof needs it. */
export function told(name: string, { states, transitions }: Explored): Explored {
  console.log(`${name}: ${states} states, ${transitions} transitions`);
  return { states, transitions };
}
