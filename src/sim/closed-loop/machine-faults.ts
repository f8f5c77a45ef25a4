/** What is broken at one machine in this moment. What each fault does to it is known in machine.ts. */
import type { Faults } from "./faults.ts";
import { type MachineFaults, soundMachine } from "./machine.ts";

/** The same object while nothing is broken. */
export function machineFaults(faults: Faults, name: string): MachineFaults {
  const of = (fault: Parameters<Faults["find"]>[0]): ReturnType<Faults["find"]> => faults.find(fault, name);
  const [slow, lies, trimmed] = [of("slow"), of("lies-about-power"), of("trimmed")];
  const found: MachineFaults = {
    deaf: of("deaf") !== null,
    unreachable: of("unreachable") !== null,
    refuses: of("refuses") !== null,
    slowRatio: slow === null ? 1 : (slow.value ?? 4),
    reportRatio: lies === null ? 1 : (lies.value ?? 0.5),
    reportsNoPower: of("reports-no-power") !== null,
    trimRatio: trimmed === null ? 1 : (trimmed.value ?? 0.7),
    ignoresLimits: of("limit-ignored") !== null,
    limitRestarts: of("limit-restarts") !== null,
  };
  return JSON.stringify(found) === JSON.stringify(soundMachine) ? soundMachine : found;
}
