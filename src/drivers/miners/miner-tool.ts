/** What a technician's tool may ask of a link beyond what the scan does. */
import type { MinerDriver } from "../../model/driver.ts";
import type { MinerDetails, MinerFault, MinerOrder, MinerReport } from "../../model/miner.ts";
import type { Result } from "../../model/result.ts";

/** A link as the technician's tool wants it: also orders that nothing asserts again, and a look at the details. */
export interface MinerTool extends MinerDriver {
  /** Success is the machine's acknowledgement. */
  order(order: MinerOrder): Promise<Result<null, MinerFault>>;
  /** Reads at once, whatever the poll's turn; the report of a read that began after the call. */
  look(): Promise<MinerReport>;
  inspect(): Promise<Result<MinerDetails, MinerFault>>;
  /** Whether commands would be taken, as far as the machine tells without being given one; undefined: it does not tell. */
  access(): Promise<Result<null, MinerFault> | undefined>;
}
