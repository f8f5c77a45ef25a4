/** What a session asks of its guard before a password, or what is derived of it, leaves for the machine's address. */
import type { MinerFault } from "../../model/miner.ts";
import type { Result } from "../../model/result.ts";

export interface Door {
  /** Before credentials: fails where another machine has the address, or nobody there shows who it is. */
  admit(signal: AbortSignal): Promise<Result<null, MinerFault>>;
  /** Before a command: as `admit`, and a machine that tells its MAC only behind the password must have told it since the last doubt. */
  confirm(signal: AbortSignal): Promise<Result<null, MinerFault>>;
  /** Whoever has the address does not know a token, cookie or nonce that the machine gave out: what was told before counts no more. */
  doubt(): void;
}
