/** The one action of `weir miner`: carries it out over a link and says what was proven, and how. */
import type { MinerTool } from "../drivers/miners/miner-tool.ts";
import type { MinerOrder, MinerReport, MinerTarget } from "../model/miner.ts";
import { commandText, faultText } from "../views/miner-text.ts";
import type { Waiting } from "./progress.ts";

export type Action =
  | { readonly kind: "read" }
  | { readonly kind: "target"; readonly target: MinerTarget }
  | { readonly kind: "order"; readonly order: MinerOrder };

export interface Outcome {
  readonly proven: boolean;
  /** What was seen, in a sentence. */
  readonly text: string;
}

/** Longest waits for proof [ms]. Choice: three attempts at a Bitmain machine, which takes 21 s to answer; the boot of a control board. */
const proofMilliseconds = { target: 150_000, percent: 90_000, locate: 5_000, reboot: 180_000 };

/** What is to be done, or what is wrong with the words. */
export function actionOf(word: string, value: string | undefined): Action | string {
  switch (word) {
    case "read":
      return { kind: "read" };
    case "sleep":
    case "wake":
      return { kind: "target", target: { mode: word === "sleep" ? "sleep" : "run" } };
    case "limit":
      return limitOf(value);
    case "locate":
      if (value !== undefined && value !== "on" && value !== "off") return `locate ${value}: it is on or off`;
      return { kind: "order", order: { kind: "locate", on: value !== "off" } };
    case "reboot":
      return { kind: "order", order: { kind: "reboot" } };
    default:
      return `${word} is none of read, sleep, wake, limit, locate, reboot`;
  }
}

function limitOf(value: string | undefined): Action | string {
  const [, digits, percent] = /^(\d{1,5})(%?)$/.exec(value ?? "") ?? [];
  const number = Number(digits);
  if (digits === undefined || number === 0 || (percent === "%" && number > 100))
    return `limit ${value ?? ""}: give watts, or percent as 80%`;
  if (percent === "%") return { kind: "order", order: { kind: "percent", percent: number } };
  return { kind: "target", target: { mode: "limit", watts: number } };
}

export async function perform(link: MinerTool, action: Action, waiting: Waiting): Promise<Outcome | null> {
  if (action.kind === "read") return null;
  if (action.kind === "target") return await aim(link, action.target, waiting);
  const { order } = action;
  const name = nameOf(order);
  const before = link.report();
  // Each link has its own deadline for an answer, well within this.
  const done = await waiting(
    () => `${name}: sent, waiting for its answer`,
    proofMilliseconds[order.kind],
    () => link.order(order),
  );
  if (!done.ok) return { proven: false, text: `${name}: NOT done, ${faultText(done.error)}` };
  return await waiting(
    () => `${name}: acknowledged, waiting for proof`,
    proofMilliseconds[order.kind],
    () => prove(link, order, before),
  );
}

async function aim(link: MinerTool, target: MinerTarget, waiting: Waiting): Promise<Outcome> {
  const before = link.report().powerWatts;
  link.target(target);
  const ended = (): boolean => {
    const { command } = link.report();
    return command?.readBackAt !== undefined || command?.failedAt !== undefined;
  };
  await waiting(
    () => progressOf(link.report(), target),
    proofMilliseconds.target,
    () => until(proofMilliseconds.target, ended),
  );
  const { command, powerWatts } = link.report();
  if (command === undefined) return { proven: false, text: "nothing was sent" };
  const fell =
    before === undefined || powerWatts === undefined ? "" : `; power ${before} W before, ${powerWatts} W after`;
  return { proven: command.readBackAt !== undefined, text: `${commandText(command)}${fell}` };
}

/** How far the command has come. */
function progressOf({ command }: MinerReport, target: MinerTarget): string {
  const name = target.mode === "limit" ? `limit ${target.watts} W` : target.mode === "run" ? "wake" : target.mode;
  if (command === undefined || command.attempts === 0) return `${name}: looking at it first`;
  const again = command.attempts > 1 ? ` (try ${command.attempts})` : "";
  if (command.acknowledgedAt === undefined) return `${name}: sent${again}, waiting for its answer`;
  return `${name}: acknowledged${again}, waiting for proof`;
}

async function prove(link: MinerTool, order: MinerOrder, before: MinerReport): Promise<Outcome> {
  const name = nameOf(order);
  if (order.kind === "locate") {
    const details = await link.inspect();
    const shown = details.ok ? details.value.locating : undefined;
    if (shown === undefined) return { proven: true, text: `${name}: acknowledged; look at its light` };
    return {
      proven: shown === order.on,
      text: `${name}: ${shown === order.on ? "proven by read-back" : "NOT proven"}`,
    };
  }
  if (order.kind === "reboot") {
    const gone = await until(proofMilliseconds.reboot, () => {
      const { fault, uptimeSeconds } = link.report();
      return fault === "unreachable" || (uptimeSeconds ?? Number.NaN) < (before.uptimeSeconds ?? Number.NaN);
    });
    const back = gone && (await until(proofMilliseconds.reboot, () => link.report().fault === undefined));
    if (back) return { proven: true, text: `${name}: it went and answers again` };
    return { proven: gone, text: `${name}: ${gone ? "it went and does not answer yet" : "NOT proven, it never went"}` };
  }
  const most = ((before.powerWatts ?? Number.NaN) * (order.percent + 10)) / 100;
  const fell = await until(proofMilliseconds.percent, () => (link.report().powerWatts ?? Number.NaN) <= most);
  const { powerWatts } = link.report();
  const seen = `power ${before.powerWatts ?? "not told"} W before, ${powerWatts ?? "not told"} W after`;
  return { proven: fell, text: `${name}: ${fell ? "proven by its own power" : "acknowledged, NOT proven"}; ${seen}` };
}

function nameOf(order: MinerOrder): string {
  if (order.kind === "percent") return `limit ${order.percent} %`;
  return order.kind === "locate" ? `locate ${order.on ? "on" : "off"}` : "reboot";
}

/** True once it holds, false when the time is over. */
export async function until(milliseconds: number, holds: () => boolean): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    if (holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return holds();
}
