/** The start: machines found running are taken over as they are, until the image is complete or the hold is over. */
import type { ProcessImage } from "../model/image.ts";
import type { Milliseconds } from "../model/reading.ts";
import type { Site } from "../model/site.ts";
import type { Judged } from "./judge.ts";
import type { Layout } from "./layout.ts";

/** Whether the start still holds: some point or machine has not been heard of, and the hold is not over. */
export function stillAdopting(
  before: { readonly adopting: boolean; readonly startedAt: Milliseconds },
  image: ProcessImage,
  site: Site,
  layout: Layout,
  judged: Readonly<Record<string, Judged>>,
): boolean {
  if (!before.adopting || image.now - before.startedAt >= site.policy.startHoldMilliseconds) return false;
  const pointsUnread = layout.points.some(({ name }) => judged[name]?.quality === "bad");
  const minersUnread = layout.machines.some(({ miner }) => image.miners[miner.name]?.at === undefined);
  return pointsUnread || minersUnread;
}
