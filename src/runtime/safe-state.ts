/** What is commanded, once, before the process ends because something impossible happened. */
import { fullOf } from "../model/cooling.ts";
import type { Decision, MinerPhase } from "../model/decision.ts";
import { takesCommands } from "../model/dialects.ts";
import type { Durable } from "../model/durable.ts";
import type { Site } from "../model/site.ts";
import type { Parts } from "./parts.ts";

/**
 * Machines sleep, cooling runs, contactors stay as they are: opening them under load wears them, and the timer relay
 * drops them by itself once the heartbeat output stands still. The result is the state to store, so that the next
 * start knows which machines it may wake again; null before the first decision, when nothing was commanded yet.
 */
export function commandSafeState(site: Site, parts: Parts, last: Decision | null): Durable | null {
  const refusing = last?.miners.filter((miner) => miner.phase === "excluded") ?? [];
  const deaf = site.miners.filter(({ model: name }) => {
    const model = site.minerModels[name];
    return model !== undefined && !takesCommands(model.dialect);
  });
  const excluded = new Set([...refusing, ...deaf].map(({ name }) => name));
  for (const miner of parts.miners) if (!excluded.has(miner.name)) miner.target({ mode: "sleep" });
  const cooling = Object.fromEntries(site.coolingOutputs.map((point) => [point, fullOf(point)]));
  const outputs = { ...last?.outputs, ...cooling };
  for (const { driver, points } of parts.points)
    driver.command(Object.fromEntries(Object.entries(outputs).filter(([point]) => points.has(point))));
  if (last === null) return null;
  // One out of reach may have been put to sleep by someone else: it is not claimed.
  const notClaimed = new Set<MinerPhase>(["excluded", "asleep", "unreachable"]);
  const running = last.miners.filter((miner) => !notClaimed.has(miner.phase) && !excluded.has(miner.name));
  const asleepByUs = [...new Set([...last.durable.asleepByUs, ...running.map((miner) => miner.name)])];
  return { ...last.durable, revision: last.durable.revision + 1, asleepByUs };
}
