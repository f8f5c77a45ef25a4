/** Stands between the link and a machine's session: a machine with another MAC than the one remembered gets no password and no command. */
import type { MinerFault } from "../../model/miner.ts";
import { fail, type Result } from "../../model/result.ts";
import type { MinerSite } from "../../model/site.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";
import type { MinerSession } from "./session.ts";
import type { MinerShared } from "./shared.ts";

export interface GuardedSession extends MinerSession {
  /** Another machine has the address. */
  isStranger(): boolean;
  /** The machine that has the address is the right one from now on; what was remembered of the other is forgotten. */
  accept(): void;
}

export function guardSession(
  session: MinerSession,
  { name, host }: Pick<MinerSite, "name" | "host">,
  { memory, neighbours }: Pick<MinerShared, "memory" | "neighbours">,
): GuardedSession {
  let toldMac: string | undefined;
  // The kernel knows the neighbour before it is asked anything; behind a router only the machine itself can tell.
  const found = (): string | undefined => neighbours.macOf(host) ?? toldMac;
  const isStranger = (): boolean => {
    const [before, mac] = [memory.recall(name).mac, found()];
    return before !== undefined && mac !== undefined && mac !== before;
  };
  const read: MinerSession["read"] = async (settingWanted, signal): Promise<Result<MinerObservation, MinerFault>> => {
    if (session.readsOpenly !== true && isStranger()) return fail("replaced-machine");
    const result = await session.read(settingWanted, signal);
    const mac = result.ok ? result.value.identity?.mac : undefined;
    if (mac === undefined) return result;
    toldMac = mac;
    if (memory.recall(name).mac === undefined) memory.remember(name, { mac });
    return result;
  };
  const { stepLimit, limit, readBack, order, inspect, access } = session;
  return {
    isStranger,
    accept: () => {
      const mac = found();
      if (mac !== undefined) memory.replace(name, { mac });
    },
    read,
    write: async (setting, attempt, signal) =>
      isStranger() ? fail("replaced-machine") : await session.write(setting, attempt, signal),
    prepare: async (signal) => {
      if (!isStranger()) await session.prepare(signal);
    },
    ...(readBack && {
      readBack: async (signal) => (isStranger() ? fail("replaced-machine") : await readBack.call(session, signal)),
    }),
    ...(limit && {
      limit: async (watts, signal) =>
        isStranger() ? fail("replaced-machine") : await limit.call(session, watts, signal),
    }),
    ...(session.unlimitedWatts === undefined ? {} : { unlimitedWatts: session.unlimitedWatts }),
    ...(stepLimit && { stepLimit: (watts) => stepLimit.call(session, watts) }),
    ...(order && {
      order: async (asked, signal) =>
        isStranger() ? fail("replaced-machine") : await order.call(session, asked, signal),
    }),
    ...(access && {
      access: async (signal) => (isStranger() ? fail("replaced-machine") : await access.call(session, signal)),
    }),
    ...(inspect && {
      inspect: async (signal) => (isStranger() ? fail("replaced-machine") : await inspect.call(session, signal)),
    }),
  };
}
