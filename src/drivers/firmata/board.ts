/** A Firmata board as a driver: its points read and its outputs held, over resets, silence and unplugging. Never decides. */
import type { Clock, LineHealth, OutputRefusal, PointDriver } from "../../model/driver.ts";
import type { FirmataSite } from "../../model/firmata.ts";
import type { Fault, Milliseconds, PointName, Reading, Readings } from "../../model/reading.ts";
import { type BoardMessage, type Conversation, converse, type PinUse } from "./conversation.ts";
import { type Link, openLink } from "./link.ts";
import { requestNumbers, sensorOf } from "./one-wire.ts";
import { type FirmataOptions, firmataOptions } from "./options.ts";
import { type BoardPoints, type Output, sortPoints } from "./points.ts";

/** Ready to be started; a port that is not there is waited for. `contactors` names its outputs that hold contactors closed. */
export function openFirmataBoard(
  site: FirmataSite,
  clock: Clock,
  contactors: ReadonlySet<PointName> = new Set(),
  options: FirmataOptions = firmataOptions,
): PointDriver {
  return new FirmataBoard(site, clock, contactors, options);
}

class FirmataBoard implements PointDriver {
  readonly name: string;
  readonly #site: FirmataSite;
  readonly #clock: Clock;
  readonly #options: FirmataOptions;
  readonly #points: BoardPoints;
  readonly #link: Link;
  #conversation: Conversation | null = null;
  #timer: NodeJS.Timeout | null = null;
  #state: LineHealth["state"] = "opening";
  #since: Milliseconds;
  /** The board has been told what to report since it last began to live. */
  #configured: boolean;
  #configuredAt: Milliseconds = 0;
  #assertedAt: Milliseconds = -Infinity;
  /** When the newest poll was written: what is heard was sampled then or later. */
  #polledAt: Milliseconds;
  #heardAt: Milliseconds;
  #reportedAt: Milliseconds;
  readonly #counters = { requests: 0, timeouts: 0, badFrames: 0, exceptions: 0, strayBytes: 0, latencyMilliseconds: 0 };

  constructor(site: FirmataSite, clock: Clock, contactors: ReadonlySet<PointName>, options: FirmataOptions) {
    this.name = site.name;
    this.#configured = false;
    this.#site = site;
    this.#clock = clock;
    this.#options = options;
    this.#points = sortPoints(site.points, options.samplingMilliseconds, contactors);
    this.#link = openLink(site, {
      opened: () => this.#opened(),
      bytes: (chunk) => this.#receive(chunk),
      lost: () => this.#lost(),
    });
    const now = clock.now();
    this.#since = now;
    this.#polledAt = now;
    this.#heardAt = now;
    this.#reportedAt = now;
  }

  start(): void {
    this.#link.start();
    this.#timer = setInterval(() => this.#poll(), this.#options.pollMilliseconds);
  }

  readings(): Readings {
    const now = this.#clock.now();
    const readings: Record<PointName, Reading> = {};
    const { analogs, contacts, outputs, oneWires } = this.#points;
    const tell = (name: PointName, use: PinUse, pin: number, newest: Reading | null, heardAt: Milliseconds): void => {
      readings[name] = this.#judge(use, pin, newest, heardAt, now);
    };
    for (const { name, channel, filter, heardAt } of analogs) tell(name, "analog", channel, filter.reading(), heardAt);
    for (const { name, pin, filter, heardAt } of contacts) tell(name, "contact", pin, filter.reading(), heardAt);
    for (const { name, pin, newest, heardAt } of outputs) tell(name, "output", pin, newest, heardAt);
    for (const input of oneWires) tell(input.name, "one-wire", input.pin, input.reading(), input.heardAt);
    return readings;
  }

  command(outputs: Readonly<Record<PointName, number>>): readonly OutputRefusal[] {
    let changed = false;
    const refused: OutputRefusal[] = [];
    for (const output of this.#points.outputs) {
      const wanted = outputs[output.name];
      if (wanted === undefined || wanted === output.commanded) continue;
      if (wanted !== 0 && wanted !== 1) refused.push({ point: output.name, value: wanted, minimum: 0, maximum: 1 });
      else {
        Object.assign(output, { commanded: wanted, proven: false, wanted });
        changed = true;
      }
    }
    if (changed && this.#configured) this.#assertOutputs();
    return refused;
  }

  reportedAt(): Milliseconds {
    return this.#reportedAt;
  }

  health(): LineHealth {
    const silent = this.#clock.now() - this.#heardAt > this.#options.silenceMilliseconds;
    const state = this.#state !== "open" || silent ? "silent" : this.#configured ? "good" : "unsure";
    return {
      name: this.#site.name,
      port: this.#site.port,
      state: this.#state,
      since: this.#since,
      devices: [{ name: this.#site.name, state, ...this.#counters }],
    };
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#conversation?.end();
    await this.#link.stop();
  }

  #judge(use: PinUse, pin: number, newest: Reading | null, heardAt: Milliseconds, now: Milliseconds): Reading {
    const bad = (fault: Fault): Reading => ({ quality: "bad", fault, at: now });
    if (this.#state === "lost") return bad("line-lost");
    const spokeOnce = this.#conversation?.ready() === true;
    // The board's own reply: no such pin, a firmware without OneWire, or one too old to tell how contacts stand.
    if (spokeOnce && this.#conversation?.offers(use, pin) === false) return bad("refused-by-device");
    if (heardAt !== -Infinity && now - heardAt > this.#options.silenceMilliseconds) return bad("board-silent");
    if (newest !== null) return newest;
    return bad(spokeOnce || now - this.#since > this.#options.silenceMilliseconds ? "board-silent" : "not-read-yet");
  }

  #opened(): void {
    this.#enter("open");
    this.#heardAt = this.#clock.now();
    this.#configured = false;
    if (this.#conversation?.ready() === true) {
      this.#conversation.forgetPartial();
      this.#conversation.askFirmware();
      return;
    }
    // Until the board has once told its pins there is nothing worth keeping.
    this.#conversation?.end();
    const { analogs, contacts, outputs, oneWires } = this.#points;
    this.#conversation = converse(
      {
        channels: analogs.map(({ channel }) => channel),
        contacts: contacts.map(({ pin }) => pin),
        outputs: outputs.map(({ pin }) => pin),
        requestNumbers: requestNumbers(oneWires.length),
      },
      (bytes) => this.#link.write(bytes),
    );
  }

  #lost(): void {
    if (this.#state !== "lost") this.#enter("lost");
    this.#configured = false;
    this.#forget();
  }

  #enter(state: LineHealth["state"]): void {
    this.#state = state;
    this.#since = this.#clock.now();
  }

  #forget(): void {
    for (const input of [...this.#points.analogs, ...this.#points.contacts]) {
      input.filter.clear();
      input.heardAt = -Infinity;
    }
    for (const output of this.#points.outputs) {
      output.newest = null;
      output.heardAt = -Infinity;
    }
    for (const input of this.#points.oneWires) input.clear();
  }

  #poll(): void {
    const now = this.#clock.now();
    // Every point has just been judged, good or bad.
    this.#reportedAt = now;
    const conversation = this.#conversation;
    if (this.#state !== "open" || conversation === null) return;
    // Before it has told its pins, a board may chatter on from a former session and still never answer.
    const waitingSince = conversation.ready() ? this.#heardAt : this.#since;
    if (now - waitingSince > this.#options.reopenMilliseconds) {
      this.#link.reopen();
      return;
    }
    this.#counters.requests += 1;
    if (this.#heardAt < this.#polledAt) this.#counters.timeouts += 1;
    if (!conversation.ready()) return;
    if (this.#configured) this.#ask(conversation, now);
    else conversation.askFirmware();
    this.#polledAt = now;
  }

  /** Subscriptions are sent with every poll: what the board lost it has again half a second later. */
  #ask(conversation: Conversation, now: Milliseconds): void {
    for (const { channel } of this.#points.analogs) conversation.reportAnalog(channel);
    for (const { pin } of this.#points.contacts) conversation.reportLevels(pin);
    for (const { pin } of this.#points.outputs) conversation.askPinState(pin);
    for (const [index, input] of this.#points.oneWires.entries())
      for (const request of input.poll(now, index)) conversation.askOneWire(request);
  }

  #receive(chunk: Buffer): void {
    const conversation = this.#conversation;
    if (conversation === null) return;
    const wasReady = conversation.ready();
    const { messages, badFrames } = conversation.receive(chunk);
    this.#counters.badFrames += badFrames;
    if (!wasReady && conversation.ready()) conversation.askFirmware();
    const now = this.#clock.now();
    if (messages.length > 0) {
      if (this.#heardAt < this.#polledAt) this.#counters.latencyMilliseconds = now - this.#polledAt;
      this.#heardAt = now;
    }
    for (const message of messages) this.#take(message, conversation, now);
  }

  #take(message: BoardMessage, conversation: Conversation, now: Milliseconds): void {
    switch (message.kind) {
      case "firmware":
        this.#configure(conversation, now);
        break;
      case "analog":
        for (const input of this.#points.analogs) {
          if (input.channel !== message.channel || !this.#configured) continue;
          if (input.filter.push(message.code, now, this.#polledAt)) input.heardAt = now;
          else this.#counters.badFrames += 1;
        }
        break;
      case "level":
        for (const input of this.#points.contacts) {
          if (input.pin !== message.pin || !this.#configured) continue;
          if (input.filter.push(message.level, this.#polledAt)) conversation.reportLevels(input.pin);
          else input.heardAt = now;
        }
        break;
      case "one-wire":
        this.#points.oneWires[sensorOf(message.number)]?.take(message.number, message.bytes, now);
        break;
      case "pin-state":
        for (const output of this.#points.outputs)
          if (output.pin === message.pin) this.#readBack(output, message, conversation, now);
        break;
    }
  }

  /** The firmware tells its name when it starts, and when asked, which happens only before this. */
  #configure(conversation: Conversation, now: Milliseconds): void {
    // firmata-io still has questions of its own before the first time.
    if (!conversation.ready()) return;
    if (this.#configured && now - this.#configuredAt > this.#options.pollMilliseconds) this.#counters.exceptions += 1;
    this.#forget();
    this.#configured = true;
    this.#configuredAt = now;
    this.#assertedAt = -Infinity;
    conversation.setSampling(this.#options.samplingMilliseconds);
    for (const { channel } of this.#points.analogs) conversation.makeAnalog(channel);
    for (const { pin } of this.#points.contacts) conversation.makeInput(pin);
    for (const { pin } of this.#points.oneWires) conversation.makeOneWire(pin);
    this.#polledAt = now;
    this.#ask(conversation, now);
  }

  #readBack(
    output: Output,
    state: { readonly driven: boolean; readonly level: 0 | 1 },
    conversation: Conversation,
    now: Milliseconds,
  ): void {
    output.newest = { quality: "good", value: state.level, at: this.#polledAt };
    output.heardAt = now;
    if (output.wanted === null || !this.#configured) return;
    // Setting the mode makes the pin low for a moment, so it is set only where it is not an output yet.
    if (!state.driven) conversation.makeOutput(output.pin);
    const wrong = !state.driven || state.level !== output.wanted;
    if (!wrong) output.proven = true;
    // A board that was reset has opened it: it stays so until whoever decides has opened it too, and closes it anew.
    else if (output.closes && output.proven && output.wanted === 1) output.wanted = 0;
    // One that stays wrong is written with each poll, not as fast as the board can answer.
    if (wrong && now - this.#assertedAt >= this.#options.pollMilliseconds) this.#assertOutputs();
  }

  /** Writes every wanted output; one not commanded yet keeps the level it was found at. */
  #assertOutputs(): void {
    const conversation = this.#conversation;
    const levels = new Map<number, 0 | 1>();
    for (const { pin, wanted, newest } of this.#points.outputs) {
      // Not read back since the board came: what a write would do to its neighbours on the port is not known.
      if (newest === null) return;
      levels.set(pin, wanted ?? (newest.quality === "good" && newest.value === 1 ? 1 : 0));
    }
    this.#assertedAt = this.#clock.now();
    conversation?.writeOutputs(levels);
    for (const { pin, wanted } of this.#points.outputs) if (wanted !== null) conversation?.askPinState(pin);
  }
}
