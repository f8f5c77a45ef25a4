/** The response time the core counts on: how long after its command a machine's power is gone. The one place that chooses between what was measured and what the model promises. */
import { takesCommands } from "../../model/dialects.ts";
import type { MinerReport } from "../../model/miner.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { MinerModel } from "../../model/site.ts";
import { contactMilliseconds } from "../contactors.ts";

/** Sheds seen until they count for more than the model's figure. Source: choice: the slowest of ten is near the 99th percentile of a machine that behaves. */
const enoughSamples = 10;

/**
 * [ms] from the sleep command to half the power or less: the 99th percentile that was measured on this machine, or on those of its
 * model, where enough sheds were seen; else the model's own time. Of a machine that takes no commands: its contactor's time.
 */
export function responseOf(model: MinerModel, proven: MinerReport["provenResponse"]): Milliseconds {
  if (!takesCommands(model.dialect)) return contactMilliseconds;
  const measured = proven?.milliseconds ?? Number.NaN;
  const enough = proven !== undefined && proven.samples >= enoughSamples && Number.isFinite(measured) && measured >= 0;
  return enough ? measured : model.sleepMilliseconds;
}
