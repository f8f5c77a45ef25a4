/** A machine's limit from before our first one: saved before that is written, forgotten once it is in force again. */
import type { MinerName } from "../../model/miner.ts";
import type { MachineMemory } from "./machine-memory.ts";
import type { MinerSession } from "./session.ts";
import type { Slot } from "./slot.ts";

/** A hung disk must not hold a limit back for ever [ms]. Choice. */
const diskMilliseconds = 2_000;

/** The limit to put back, remembered at once; null: not known, it stays. `limitWatts` is the one in force, undefined: none, or not told. */
export function rememberOwnLimit(
  slot: Slot,
  name: MinerName,
  limitWatts: number | undefined,
  session: Pick<MinerSession, "unlimitedWatts">,
  memory: MachineMemory,
): number | null {
  if (slot.ownLimitWatts !== null || slot.target.mode !== "limit") return slot.ownLimitWatts;
  const own = limitWatts ?? session.unlimitedWatts ?? null;
  if (own !== null) memory.remember(name, { ownLimitWatts: own });
  return own;
}

/** Resolves when what is remembered is on disk, or the disk hangs for `longest` [ms]. */
export async function storeOwnLimit(memory: MachineMemory, longest = diskMilliseconds): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, longest);
  });
  await Promise.race([memory.flush(), late]);
  clearTimeout(timer);
}

/** After the slot has seen it in force again. */
export function forgetOwnLimit(slot: Slot, name: MinerName, memory: MachineMemory): void {
  const { ownLimitWatts, ownMaximumProfile: _maximum, ...rest } = memory.recall(name);
  if (slot.ownLimitWatts === null && ownLimitWatts !== undefined) memory.replace(name, rest);
}
