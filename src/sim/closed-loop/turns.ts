/** How often the commands of one machine turn back while an order stands: towards less power, then towards more, or the other way round. */
import type { MinerTarget } from "../../model/miner.ts";

export interface Turns {
  /** Another order: what was before is no turn. */
  begin(): void;
  look(targets: Readonly<Record<string, MinerTarget>>): void;
  /** Of any machine within any order. */
  most(): number;
}

interface Course {
  /** What it was told to draw at most [W]; sleep is 0, run without end. */
  watts: number;
  /** 1: up, -1: down, 0: not yet moved in this order. */
  direction: number;
  turns: number;
}

export function openTurns(machines: readonly { readonly name: string }[]): Turns {
  const courses = new Map<string, Course>();
  for (const { name } of machines) courses.set(name, { watts: Number.POSITIVE_INFINITY, direction: 0, turns: 0 });
  let most = 0;
  return {
    begin() {
      for (const course of courses.values()) {
        course.direction = 0;
        course.turns = 0;
      }
    },
    look(targets) {
      for (const [name, course] of courses) {
        const watts = told(targets[name]);
        if (watts === null || watts === course.watts) continue;
        const direction = watts > course.watts ? 1 : -1;
        if (course.direction === -direction) course.turns += 1;
        course.direction = direction;
        course.watts = watts;
        most = Math.max(most, course.turns);
      }
    },
    most: () => most,
  };
}

/** Null: it is left as it is. */
function told(target: MinerTarget | undefined): number | null {
  if (target === undefined || target.mode === "leave") return null;
  if (target.mode === "limit") return target.watts;
  return target.mode === "sleep" ? 0 : Number.POSITIVE_INFINITY;
}
