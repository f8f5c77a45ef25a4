/** When what is reported: answers and events as they come, state on change, figures at their intervals. */
import type { MqttClient } from "mqtt";
import type { RemoteCommand } from "../../model/command.ts";
import type { Clock } from "../../model/driver.ts";
import type { StateMessage } from "../../model/generated/state.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Site } from "../../model/site.ts";
import type { Snapshot } from "../../model/snapshot.ts";
import type { Contract } from "../../protocol/messages/contract.ts";
import { encodeKeyed, encodeMessage } from "../../protocol/messages/encode.ts";
import { minersMessage, telemetryMessage } from "../../protocol/messages/figures.ts";
import {
  acknowledgementMessage,
  birthMessage,
  type DatedAnswer,
  eventMessage,
  type Speaker,
  stateMessage,
} from "../../protocol/messages/reports.ts";
import { type ReportName, reportTopic } from "../../protocol/messages/topics.ts";
import { Outbox } from "./outbox.ts";

export interface ReporterSetup {
  readonly site: Site;
  readonly clock: Clock;
  readonly contract: Contract;
  readonly speaker: () => Speaker;
  readonly certificate: string | null;
}

export interface Reporter {
  open(client: MqttClient): void;
  close(): void;
  /** Commands on their way into the scan: a `resync` among them republishes birth and state once it is accepted. */
  noteCommands(commands: readonly RemoteCommand[]): void;
  publish(snapshot: Snapshot): void;
  /** Answers and events that had to make room, since the start. */
  dropped(): number;
}

/** Source: DESIGN section 6: state each 60 s and at most 1/s, miners each 30 s, the last 16 answers. */
const stateMilliseconds: Milliseconds = 60_000;
const stateChangeMilliseconds: Milliseconds = 1000;
const minersMilliseconds: Milliseconds = 30_000;
const keptAnswers = 16;
/** Figures that pile up behind a dead link are dropped [B]. Choice: a minute of telemetry. */
const largestUnsentBytes = 64 * 1024;

export function createReporter(setup: ReporterSetup): Reporter {
  return new IntervalReporter(setup);
}

class IntervalReporter implements Reporter {
  readonly #setup: ReporterSetup;
  readonly #outbox = new Outbox();
  readonly #resyncs = new Set<string>();
  #client: MqttClient | null = null;
  #last: Snapshot | null = null;
  #answers: DatedAnswer[] = [];
  #lastEvent: number | null = null;
  #birthDue = true;
  #stateAt = Number.NEGATIVE_INFINITY;
  #stateTold = "";
  #telemetryDue = Number.NEGATIVE_INFINITY;
  #minersDue = Number.NEGATIVE_INFINITY;
  #telemetrySequence = 0;
  #minersSequence = 0;

  constructor(setup: ReporterSetup) {
    this.#setup = setup;
  }

  open(client: MqttClient): void {
    this.#client = client;
    this.#renew();
    if (this.#last !== null) this.#reportDue(this.#last);
    this.#outbox.open(({ topic, payload }, done) =>
      client.publish(topic, Buffer.from(payload), { qos: 1 }, () => done()),
    );
  }

  close(): void {
    this.#client = null;
    this.#outbox.close();
  }

  noteCommands(commands: readonly RemoteCommand[]): void {
    for (const { body } of commands)
      if (body !== null && "action" in body && body.action === "resync") this.#resyncs.add(body.id);
  }

  publish(snapshot: Snapshot): void {
    this.#last = snapshot;
    this.#answer(snapshot);
    this.#tellEvents(snapshot);
    this.#reportDue(snapshot);
  }

  dropped(): number {
    return this.#outbox.dropped();
  }

  #answer(snapshot: Snapshot): void {
    const at = snapshot.image.wallClock.unixMilliseconds;
    for (const answer of snapshot.decision.acknowledgements) {
      const dated = { answer, at };
      this.#answers = [...this.#answers, dated].slice(-keptAnswers);
      const message = acknowledgementMessage(dated, this.#setup.speaker().boot);
      this.#outbox.add({ topic: this.#topic("acknowledgement"), payload: encodeMessage(message, answer.encoding) });
      if (answer.id !== null && this.#resyncs.delete(answer.id) && answer.state === "accepted") this.#renew();
    }
  }

  /** Events of this start; one without a number is not on disk yet and must wait for it. */
  #tellEvents({ events }: Snapshot): void {
    const newest = events.reduce((highest, event) => Math.max(highest, event.number), 0);
    const told = this.#lastEvent ?? newest;
    for (const event of events) {
      if (event.number <= told) continue;
      const message = eventMessage(event, this.#setup.speaker().boot);
      this.#outbox.add({ topic: this.#topic("event"), payload: encodeMessage(message, "cbor") });
    }
    this.#lastEvent = newest > told ? newest : told;
  }

  /** Birth, state, and machines are told anew. */
  #renew(): void {
    this.#birthDue = true;
    this.#stateAt = Number.NEGATIVE_INFINITY;
    this.#minersDue = Number.NEGATIVE_INFINITY;
  }

  #reportDue(snapshot: Snapshot): void {
    if (this.#client === null) return;
    const { site, contract, speaker, certificate } = this.#setup;
    const { keys } = contract;
    const { boot } = speaker();
    const now = this.#setup.clock.now();
    if (this.#birthDue) {
      this.#birthDue = false;
      this.#retain("birth", birthMessage(site, snapshot, speaker(), keys, certificate));
    }
    this.#reportState(snapshot, now);
    const interval = site.broker?.telemetryMilliseconds ?? 1000;
    if (isDue(this.#telemetryDue, now, interval)) {
      this.#telemetryDue = nextDue(this.#telemetryDue, now, interval);
      this.#telemetrySequence += 1;
      const numbering = { boot, sequence: this.#telemetrySequence };
      this.#figures("telemetry", encodeKeyed("telemetry", telemetryMessage(site, snapshot, numbering, keys), keys));
    }
    if (now >= this.#minersDue) {
      this.#minersDue = now + minersMilliseconds;
      this.#minersSequence += 1;
      const numbering = { boot, sequence: this.#minersSequence };
      this.#figures("miners", encodeKeyed("miners", minersMessage(site, snapshot, numbering, keys), keys));
    }
  }

  #reportState(snapshot: Snapshot, now: Milliseconds): void {
    if (now - this.#stateAt < stateChangeMilliseconds) return;
    const { site, speaker } = this.#setup;
    const state = stateMessage(site, snapshot, speaker().boot, this.#answers);
    const told = essenceOf(state);
    if (told === this.#stateTold && now - this.#stateAt < stateMilliseconds) return;
    this.#stateAt = now;
    this.#stateTold = told;
    this.#retain("state", state);
  }

  #retain(report: ReportName, message: object): void {
    this.#client?.publish(this.#topic(report), Buffer.from(encodeMessage(message, "cbor")), { qos: 1, retain: true });
  }

  #figures(report: ReportName, payload: Uint8Array): void {
    const client = this.#client;
    if (client === null || client.stream.writableLength > largestUnsentBytes) return;
    client.publish(this.#topic(report), Buffer.from(payload), { qos: 0 });
  }

  #topic(report: ReportName): string {
    return reportTopic(this.#setup.site.container, report);
  }
}

/** Scans wander around their own grid: a tenth of the interval early is early enough. */
function isDue(due: Milliseconds, now: Milliseconds, interval: Milliseconds): boolean {
  return now >= due - interval / 10;
}

/** The next moment of the interval's grid: a scan that comes a little late does not shift all later ones. */
function nextDue(due: Milliseconds, now: Milliseconds, interval: Milliseconds): Milliseconds {
  return due + interval > now ? due + interval : now + interval;
}

/** What makes a state worth telling at once: not the clock, the meter or what follows from them every second. */
function essenceOf(state: StateMessage): string {
  const { at, powerWatts, availability, firm, binding, setpoints, schedules = [], ...rest } = state;
  return JSON.stringify({
    ...rest,
    binding: [binding.source, binding.code],
    setpoints: setpoints.map(({ remainingMilliseconds, ...setpoint }) => setpoint),
    schedules: schedules.map(({ remainingMilliseconds, nextMilliseconds, ...schedule }) => schedule),
  });
}
