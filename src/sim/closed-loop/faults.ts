/** What is broken in this moment: a register of faults by kind and target. What a fault does is known where it happens. */
import type { FaultName } from "./scenario.ts";

export interface ActiveFault {
  readonly fault: FaultName;
  readonly target: string;
  readonly value: number | null;
  readonly sinceMilliseconds: number;
}

export interface Faults {
  begin(fault: ActiveFault): void;
  end(fault: FaultName, target: string): void;
  find(fault: FaultName, target?: string): ActiveFault | null;
  list(): readonly ActiveFault[];
  /** Grows with every change, so that others may keep what they looked up. */
  version(): number;
}

export function openFaults(): Faults {
  const active = new Map<string, ActiveFault>();
  let version = 0;
  return {
    begin(fault) {
      active.set(`${fault.fault} ${fault.target}`, fault);
      version += 1;
    },
    end(fault, target) {
      if (active.delete(`${fault} ${target}`)) version += 1;
    },
    find: (fault, target = "") => active.get(`${fault} ${target}`) ?? null,
    list: () => [...active.values()],
    version: () => version,
  };
}
