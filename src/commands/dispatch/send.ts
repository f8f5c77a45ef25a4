/** `weir dispatch setpoint`, `schedule` and `control`: one command, sent again until it is answered, followed until what was asked for. */
import { randomBytes } from "node:crypto";
import type { CommandSource } from "../../model/command.ts";
import type { AcknowledgementMessage } from "../../model/generated/acknowledgement.ts";
import type { BirthMessage } from "../../model/generated/birth.ts";
import type { StateMessage } from "../../model/generated/state.ts";
import { encodeMessage } from "../../protocol/messages/encode.ts";
import { commandTopic, groupCommandTopic, heartbeatTopic } from "../../protocol/messages/topics.ts";
import type { DispatchLink, Heard } from "./connect.ts";
import type { LevelWish } from "./schedule.ts";
import { lineOf } from "./watch.ts";

export interface SendOptions {
  readonly container?: string;
  readonly group?: string;
  readonly source: CommandSource;
  readonly seconds: number;
  readonly epoch?: number;
  readonly sequence?: number;
  readonly cbor?: boolean;
  readonly heartbeats?: boolean;
  readonly until: string;
  readonly patience: number;
  readonly json?: boolean;
  readonly kind?: string;
  readonly reason?: string;
  readonly reference?: string;
  readonly reachBy?: number;
  readonly rampUp?: number;
  readonly trip?: string;
}

/** Source: DESIGN section 6: unanswered for 5 s, a command is sent again, same bytes; heartbeats come every 10 s. */
const resendMilliseconds = 5000;
const heartbeatMilliseconds = 10_000;
/** For retained birth and state to arrive after the subscription [ms]. Choice. */
const acquaintMilliseconds = 1500;
const ends: readonly string[] = ["expired", "superseded", "cancelled", "failed"];

/** 0: as far as asked, 1: rejected, failed or unanswered, 2: wrong use. */
export async function sendSetpoint(
  link: DispatchLink,
  options: SendOptions & { readonly watts: number; readonly afterWatts: number | null },
): Promise<0 | 1 | 2> {
  const after = options.afterWatts;
  if (!Number.isSafeInteger(options.watts) || (after !== null && !Number.isSafeInteger(after)))
    return wrongUse("watts are whole: 250000, 250kW or 0.25MW");
  return await send(link, options, "setpoint", {
    kind: options.kind,
    watts: options.watts,
    onExpiry: after === null ? { mode: "off" } : { mode: "limit", watts: after },
    reason: options.reason,
    ...(options.reference === undefined ? {} : { reference: options.reference }),
    ...(options.reachBy === undefined ? {} : { reachBySeconds: options.reachBy }),
    ...(options.rampUp === undefined ? {} : { rampUpWattsPerSecond: options.rampUp }),
  });
}

/** `levels` in order of time and `endsAt` in milliseconds since 1970; null: not readable. */
export async function sendSchedule(
  link: DispatchLink,
  options: SendOptions & {
    readonly levels: readonly LevelWish[] | null;
    readonly endsAt: number;
    readonly afterWatts: number | null;
  },
): Promise<0 | 1 | 2> {
  const { levels, endsAt, afterWatts } = options;
  if (levels === null) return wrongUse("levels are WHEN=WATTS: 0=250kW 3600=100kW, or 2026-11-23T18:00Z=100kW");
  if (!Number.isSafeInteger(endsAt))
    return wrongUse("--ends is a number of seconds or a moment like 2026-11-23T22:00Z");
  if (afterWatts !== null && !Number.isSafeInteger(afterWatts)) return wrongUse("--after is watts, or off");
  return await send(link, options, "schedule", {
    entries: levels,
    endsAt,
    afterEnd: afterWatts === null ? { mode: "off" } : { mode: "limit", watts: afterWatts },
    reason: options.reason,
    ...(options.reference === undefined ? {} : { reference: options.reference }),
  });
}

export async function sendControl(link: DispatchLink, options: SendOptions & { action: string }): Promise<0 | 1 | 2> {
  return await send(link, options, "control", {
    action: options.action,
    ...(options.trip === undefined ? {} : { trip: options.trip }),
  });
}

async function send(
  link: DispatchLink,
  options: SendOptions,
  kind: "setpoint" | "control" | "schedule",
  content: object,
): Promise<0 | 1 | 2> {
  const { container, group, source } = options;
  if ((container === undefined) === (group === undefined)) return wrongUse("name --container or --group, one of them");
  const conversation = new Conversation(options);
  await link.listen([`weir/v1/${container ?? "+"}/+`], (heard) => conversation.hear(heard));
  await conversation.acquainted(container);
  const site = group ?? conversation.site;
  const stopBeats =
    options.heartbeats === true && site !== null ? await beat(link, site, conversation.epoch(source)) : null;
  const topic =
    container === undefined ? groupCommandTopic(group ?? "", source, kind) : commandTopic(container, source, kind);
  const now = Date.now();
  const command = {
    version: 1,
    id: conversation.id,
    container: container ?? "group",
    epoch: options.epoch ?? conversation.epoch(source),
    sequence: options.sequence ?? conversation.sequence(source, kind, container === undefined ? "group" : "container"),
    issuedAt: now,
    expiresAt: now + options.seconds * 1000,
    timeToLiveSeconds: options.seconds,
    ...content,
  };
  const payload = encodeMessage(command, options.cbor === true ? "cbor" : "json");
  const outcome = await conversation.converse(() => link.publish(topic, payload));
  stopBeats?.();
  return outcome;
}

/** Heartbeats until stopped; the first is under way when this resolves. */
async function beat(link: DispatchLink, site: string, epoch: number): Promise<() => void> {
  const once = (): Promise<void> =>
    link.publish(
      heartbeatTopic(site),
      encodeMessage({ version: 1, epoch, number: Date.now(), issuedAt: Date.now() }, "json"),
    );
  await once();
  const timer = setInterval(() => void once().catch(() => {}), heartbeatMilliseconds);
  return () => clearInterval(timer);
}

/** What is known of the container, and the answers to one command. */
class Conversation {
  readonly id = randomBytes(16).toString("hex");
  site: string | null = null;
  readonly #options: SendOptions;
  readonly #answers: AcknowledgementMessage[] = [];
  #order: StateMessage["order"] = [];
  #stateSeen: boolean = false;
  #wake: () => void = () => {};

  constructor(options: SendOptions) {
    this.#options = options;
  }

  hear(heard: Heard): void {
    if (heard.message === null) return;
    if (heard.report === "birth") this.#meet(heard.message);
    if (heard.report === "state") {
      this.#stateSeen = true;
      this.#order = heard.message.order;
    }
    if (heard.report === "acknowledgement" && heard.message.id === this.id) {
      this.#answers.push(heard.message);
      console.log(this.#options.json === true ? JSON.stringify(heard.message) : lineOf(heard));
    }
    this.#wake();
  }

  /** Resolves when birth and state are known, or when they seem not to exist. */
  async acquainted(container: string | undefined): Promise<void> {
    const endsAt = Date.now() + (container === undefined ? 0 : acquaintMilliseconds);
    while (Date.now() < endsAt && (this.site === null || !this.#stateSeen)) await this.#next(endsAt - Date.now());
  }

  epoch(source: CommandSource): number {
    return this.#order
      .filter(({ register }) => register.startsWith(`${source}/`))
      .reduce((highest, { epoch }) => Math.max(highest, epoch), 1);
  }

  /** Milliseconds since 1970 grow by themselves; a register further on is passed by one. */
  sequence(source: CommandSource, kind: string, addressee: string): number {
    const last = this.#order.find(({ register }) => register === `${source}/${kind}/${addressee}`);
    return Math.max(Date.now(), (last?.sequence ?? -1) + 1);
  }

  /** Sends until answered, then listens until what `--until` asks for. */
  async converse(publish: () => Promise<void>): Promise<0 | 1> {
    const endsAt = Date.now() + this.#options.patience * 1000;
    let sendAt = 0;
    while (Date.now() < endsAt) {
      if (this.#answers.length === 0 && Date.now() >= sendAt) {
        await publish();
        sendAt = Date.now() + resendMilliseconds;
      }
      const outcome = this.#outcome();
      if (outcome !== null) return outcome;
      await this.#next(Math.min(resendMilliseconds, endsAt - Date.now()));
    }
    const word = this.#answers.length === 0 ? "unanswered" : `not ${this.#options.until}`;
    console.error(`weir dispatch: ${this.id} ${word} after ${this.#options.patience} s`);
    return 1;
  }

  #outcome(): 0 | 1 | null {
    const words = this.#answers.map(({ state }) => state);
    if (words.includes("rejected") || words.includes("failed")) return 1;
    if (words.some((word) => ends.includes(word)))
      return this.#options.until === "reached" && !words.includes("reached") ? 1 : 0;
    if (this.#options.until === "accepted" && words.includes("accepted")) return 0;
    return this.#options.until === "reached" && words.includes("reached") ? 0 : null;
  }

  #meet(birth: BirthMessage): void {
    this.site = birth.site;
    if (this.#order.length === 0) this.#order = birth.order;
  }

  /** The next message, or the time. */
  #next(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, milliseconds));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function wrongUse(text: string): 2 {
  console.error(`weir dispatch: ${text}`);
  return 2;
}
