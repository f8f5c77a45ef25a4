/** Which boards describe a device that answers: by their identity reads, their probe, and whether it has their registers. */
import type { BoardFile } from "../../model/generated/board.ts";
import type { DeviceSite } from "../../model/site.ts";
import { planBlocks } from "../../protocol/modbus/blocks.ts";
import type { ReadRequest } from "../../protocol/modbus/frame.ts";
import type { UnitSettings } from "../../protocol/modbus/line-state.ts";
import { resolveDevice } from "../../site/resolve-device.ts";
import type { Conversation, Heard } from "../conversation.ts";
import { locate } from "../locate.ts";
import { askAgain, isOther, readBlock, readFixed, readProbe } from "../read-device.ts";
import { patientMilliseconds } from "./plan.ts";

export interface NamedBoard {
  readonly name: string;
  readonly file: BoardFile;
}

/** `identity`: it says so itself. `probe`: a value proves it. `registers`: it has all registers, which others have too. */
export interface Fit {
  readonly board: string;
  readonly model: string;
  readonly by: "identity" | "probe" | "registers";
  /** What it says of itself, or the value that proves it. */
  readonly proof: string;
  /** Points of the board that the device has, and those with a plausible value. */
  readonly points: number;
  readonly plausible: number;
}

/** What a person must look at where several boards fit equally well. */
export interface Candidates {
  readonly best: readonly Fit[];
  readonly others: readonly Fit[];
  readonly tell: readonly string[];
}

/** A unit that any board may describe: reads of different lengths tell a late reply from a fresh one. */
export function unknownUnit(unit: number): UnitSettings {
  const nonces = [2, 4, 6].flatMap((count) =>
    ([3, 4] as const).map((code): ReadRequest => ({ mode: "read", unit, function: code, address: 0, count })),
  );
  return { unit, minimumGapMilliseconds: 60, responseTimeoutMilliseconds: patientMilliseconds, nonces };
}

/** Every board of serial lines that fits, best first. */
export async function fitBoards(
  conversation: Conversation,
  address: number,
  boards: readonly NamedBoard[],
  signal: AbortSignal,
): Promise<Candidates> {
  const remembered = remember(conversation);
  const fits: Fit[] = [];
  for (const board of boards) {
    if (signal.aborted) break;
    const fit = await fitBoard(remembered, address, board);
    if (fit !== null) fits.push(fit);
  }
  return rank(fits, boards);
}

const ranks = { identity: 2, probe: 1, registers: 0 } as const;

/** Of equal proof the board that names more registers goes first: the device has them all. The others stay possible. */
function rank(fits: readonly Fit[], boards: readonly NamedBoard[]): Candidates {
  const sorted = [...fits].sort((a, b) => ranks[b.by] - ranks[a.by] || b.points - a.points);
  const [first] = sorted;
  if (first === undefined) return { best: [], others: [], tell: [] };
  const best = sorted.filter(({ by }) => by === first.by);
  const others = sorted.filter(({ by }) => by !== first.by);
  return { best, others, tell: best.length > 1 ? tellApart(best, boards) : [] };
}

function tellApart(best: readonly Fit[], boards: readonly NamedBoard[]): readonly string[] {
  const names = best.map(({ board }) => board);
  const possible = boards.filter(({ name }) => names.includes(name));
  const variants = possible.flatMap(({ name, file }) =>
    file.variants.filter(({ board }) => names.includes(board)).map(({ board, tell }) => `${name} or ${board}: ${tell}`),
  );
  // Two boards that name each other say the same in other words.
  const texts = [
    ...new Map(variants.map((text) => [text.split(": ", 1)[0]?.split(" or ").sort().join(), text])).values(),
  ];
  const single = possible.filter(({ file }) => file.phases === 1).map(({ name }) => name);
  const three = possible.filter(({ file }) => file.phases === 3).map(({ name }) => name);
  if (single.length > 0 && three.length > 0)
    texts.push(`${three.join(", ")} measure three phases, ${single.join(", ")} one: look at the voltages 2 and 3.`);
  return texts.length > 0 ? texts : ["compare the type plate of the device with the models named."];
}

async function fitBoard(conversation: Conversation, address: number, { name, file }: NamedBoard): Promise<Fit | null> {
  const site = { name: "device", board: name, address, invert: false, ratio: 1 };
  const points = file.points.filter(({ detail }) => !detail).map((point) => ({ ...point, wired: "always" as const }));
  const device = await locate(conversation, resolveDevice(site, { ...file, points }, "", []));
  if (device === null) return null;
  const identity = await readFixed(conversation, device, device.identity);
  if (identity.some((answer) => isOther(answer) || (answer.read.certain && answer.verdict === "silent"))) return null;
  const probe = await readProbe(conversation, device);
  if (probe !== null && !probe.proven) return null;
  const plausible = await plausiblePoints(conversation, device);
  if (plausible === null) return null;
  const told = identity.find(({ verdict, meaning }) => verdict === "right" && meaning !== null);
  const fit = { board: name, model: `${file.vendor} ${file.model}`, points: device.points.length, plausible };
  if (told !== undefined) return { ...fit, by: "identity", proof: `${told.read.name}: ${told.meaning}` };
  if (probe === null) return { ...fit, by: "registers", proof: "has all its registers" };
  return { ...fit, by: "probe", proof: `${probe.name.slice(probe.name.indexOf("/") + 1)} ${probe.value}` };
}

/** How many points have a value; null: a register that every such device has is not there. */
async function plausiblePoints(conversation: Conversation, device: DeviceSite): Promise<number | null> {
  let good = 0;
  for (const block of planBlocks(device)) {
    const { outcome } = await askAgain(conversation, block.read);
    if (outcome.kind !== "data") return null;
    const shown = await readBlock(conversation, device, block);
    good += shown.filter(({ fault }) => fault === null).length;
  }
  return good;
}

/** A read unanswered so often is not asked for again: some devices are silent about registers they do not have. Choice. */
const silencesToKnow = 2;

/** What has been asked is known: boards share registers. Answers of one device within seconds. */
function remember(conversation: Conversation): Conversation {
  const known = new Map<string, Heard>();
  const silences = new Map<string, number>();
  return {
    ...conversation,
    ask: async (request) => {
      const key = `${request.function} ${request.address} ${request.count}`;
      const earlier = known.get(key);
      if (earlier !== undefined) return earlier;
      const wasSure = conversation.unit(request.unit)?.sure === true;
      const heard = await conversation.ask(request);
      const { outcome } = heard;
      if (outcome.kind === "failed" && outcome.fault === "no-reply") silences.set(key, (silences.get(key) ?? 0) + 1);
      const refused = outcome.kind === "failed" && outcome.fault === "refused-by-device" && wasSure;
      if (outcome.kind === "data" || refused || (silences.get(key) ?? 0) >= silencesToKnow) known.set(key, heard);
      return heard;
    },
  };
}
