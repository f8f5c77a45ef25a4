/** How long machines take from a shed to half their power: the response that was seen, kept for each machine and each model. */
import type { MinerName } from "../../model/miner.ts";
import type { Milliseconds } from "../../model/reading.ts";

/** Newest ones count. Choice: a 99th percentile of fewer is the longest of them. */
const mostSamples = 100;

/** A machine's own samples count from here on; below, those of its model. Choice. */
const ownSamples = 10;

export interface ProvenResponse {
  /** 99th percentile, nearest rank [ms]. */
  readonly milliseconds: Milliseconds;
  readonly samples: number;
  /** `model`: this machine has shed too seldom to speak for itself. */
  readonly of: "machine" | "model";
}

export interface ResponseTimes {
  add(name: MinerName, model: string, milliseconds: Milliseconds): void;
  /** undefined: none of its model was ever seen to respond. */
  proven(name: MinerName, model: string): ProvenResponse | undefined;
}

/** Worked out once a sample: every report asks for it, and a scan asks for every report. */
interface Kept {
  readonly samples: readonly Milliseconds[];
  readonly proven: ProvenResponse;
}

export function keepResponseTimes(): ResponseTimes {
  const machines = new Map<string, Kept>();
  const models = new Map<string, Kept>();
  const push = (kept: Map<string, Kept>, key: string, milliseconds: Milliseconds, of: ProvenResponse["of"]): void => {
    const samples = [...(kept.get(key)?.samples ?? []), milliseconds].slice(-mostSamples);
    kept.set(key, { samples, proven: percentile(samples, of) });
  };
  return {
    add(name, model, milliseconds) {
      push(machines, name, milliseconds, "machine");
      push(models, model, milliseconds, "model");
    },
    proven(name, model) {
      const own = machines.get(name);
      return own !== undefined && own.samples.length >= ownSamples ? own.proven : models.get(model)?.proven;
    },
  };
}

function percentile(samples: readonly Milliseconds[], of: "machine" | "model"): ProvenResponse {
  const sorted = [...samples].sort((a, b) => a - b);
  return { milliseconds: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0, samples: sorted.length, of };
}
