/** The one action of `weir miner`: carries it out over a link and says what was proven, and how. */
import { abilities, type MinerAction } from "../drivers/miners/abilities.ts";
import type { MinerTool } from "../drivers/miners/miner-tool.ts";
import type { MinerOrder, MinerReport, MinerTarget } from "../model/miner.ts";
import type { MinerDialect } from "../model/site.ts";
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

/** Longest waits for proof [ms]. Choice: three attempts at a Bitmain machine, which takes 21 s to answer, and has been seen to draw on for 60 s; the boot of a control board. */
const proofMilliseconds = {
  target: 150_000,
  fall: 90_000,
  settle: 10_000,
  percent: 90_000,
  locate: 5_000,
  reboot: 180_000,
};

/** Asleep means at most this share of what it drew before. Source: miners' fact sheet, 0.1. */
const asleepShare = 0.5;

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

/** What the firmware cannot do is never tried. */
export function lacking(dialect: MinerDialect, words: readonly (string | undefined)[]): Outcome {
  const what = words.filter((word) => word !== undefined).join(" ");
  const none = Object.keys(abilities[dialect]).length === 0;
  const why = none
    ? "nobody has published how to command it; only its contactor switches it"
    : "its firmware does not have this command, or nobody has published it";
  return { proven: false, text: `${what}: NOT done, nothing was sent; ${why}` };
}

/** Null: it commands nothing. */
export function abilityOf(action: Action): MinerAction | null {
  if (action.kind === "read") return null;
  if (action.kind === "order") return action.order.kind;
  const { mode } = action.target;
  return mode === "run" ? "wake" : mode === "leave" ? null : mode;
}

/** `fallMilliseconds`: longest wait for the power of a machine that was set to sleep. */
export async function perform(
  link: MinerTool,
  action: Action,
  waiting: Waiting,
  fallMilliseconds = proofMilliseconds.fall,
): Promise<Outcome | null> {
  if (action.kind === "read") return null;
  if (action.kind === "target") return await aim(link, action.target, waiting, fallMilliseconds);
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

async function aim(link: MinerTool, target: MinerTarget, waiting: Waiting, fallMilliseconds: number): Promise<Outcome> {
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
  const { command } = link.report();
  if (command === undefined) return { proven: false, text: "nothing was sent" };
  const proven = command.readBackAt !== undefined;
  if (proven && target.mode === "sleep" && command.attempts > 0)
    return await seeFall(link, before, waiting, fallMilliseconds);
  const { powerWatts } = link.report();
  const fell =
    before === undefined || powerWatts === undefined
      ? ""
      : `; power ${watts(before)} before, ${watts(powerWatts)} so far`;
  return { proven, text: `${commandText(command)}${fell}` };
}

/** Set to sleep is not asleep: its own power must fall, where it tells any. */
async function seeFall(
  link: MinerTool,
  before: number | undefined,
  waiting: Waiting,
  longest: number,
): Promise<Outcome> {
  const read = "sleep: proven by read-back";
  if (before === undefined || before === 0)
    return { proven: true, text: `${read}; it tells no power, so look at the branch meter` };
  const fallen = (): boolean => {
    const { powerWatts, mode } = link.report();
    return powerWatts === undefined ? mode === "asleep" : powerWatts <= asleepShare * before;
  };
  const fell = await waiting(
    () => "sleep: read back, waiting for its power to fall",
    longest,
    () => until(longest, fallen),
  );
  // Its averages say for a while that it hashes.
  if (fell) await until(proofMilliseconds.settle, () => link.report().mode !== "hashing");
  const { powerWatts } = link.report();
  if (powerWatts === undefined)
    return {
      proven: fell,
      text: `${read}; ${watts(before)} before, and asleep it tells no power: look at the branch meter`,
    };
  const seen = `${watts(before)} before, ${watts(powerWatts)} after`;
  if (fell) return { proven: true, text: `${read} and by its own power: ${seen}` };
  const seconds = longest / 1000;
  return {
    proven: false,
    text: `sleep: set and read back, but NOT proven: ${seen} ${seconds} s. Look at the branch meter; its contactor is the last step`,
  };
}

function watts(value: number): string {
  return `${Math.round(value)} W`;
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
  const told = (power: number | undefined): string => (power === undefined ? "not told" : watts(power));
  const seen = `power ${told(before.powerWatts)} before, ${told(powerWatts)} after`;
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
