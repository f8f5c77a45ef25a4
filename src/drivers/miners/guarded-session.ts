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
}

export function guardSession(
  session: MinerSession,
  { name, host }: Pick<MinerSite, "name" | "host">,
  { memory, neighbours }: MinerShared,
): GuardedSession {
  let toldMac: string | undefined;
  // The kernel knows the neighbour before it is asked anything; behind a router only the machine itself can tell.
  const isStranger = (): boolean => {
    const { mac } = memory.recall(name);
    const found = neighbours.macOf(host) ?? toldMac;
    return mac !== undefined && found !== undefined && found !== mac;
  };
  const read: MinerSession["read"] = async (settingWanted, signal): Promise<Result<MinerObservation, MinerFault>> => {
    if (session.readsOpenly !== true && isStranger()) return fail("wrong-machine");
    const result = await session.read(settingWanted, signal);
    const mac = result.ok ? result.value.identity?.mac : undefined;
    if (mac === undefined) return result;
    toldMac = mac;
    if (memory.recall(name).mac === undefined) memory.remember(name, { mac });
    return result;
  };
  const { stepLimit, limit, readBack, order, inspect } = session;
  return {
    isStranger,
    read,
    write: async (setting, attempt, signal) =>
      isStranger() ? fail("wrong-machine") : await session.write(setting, attempt, signal),
    prepare: async (signal) => {
      if (!isStranger()) await session.prepare(signal);
    },
    ...(readBack && {
      readBack: async (signal) => (isStranger() ? fail("wrong-machine") : await readBack.call(session, signal)),
    }),
    ...(limit && {
      limit: async (watts, signal) => (isStranger() ? fail("wrong-machine") : await limit.call(session, watts, signal)),
    }),
    ...(stepLimit && { stepLimit: (watts) => stepLimit.call(session, watts) }),
    ...(order && {
      order: async (asked, signal) => (isStranger() ? fail("wrong-machine") : await order.call(session, asked, signal)),
    }),
    ...(inspect && {
      inspect: async (signal) => (isStranger() ? fail("wrong-machine") : await inspect.call(session, signal)),
    }),
  };
}
