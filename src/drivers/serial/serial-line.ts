/** The owner of one serial line: joins port, Modbus master and polling. It stores readings and writes outputs; it never decides. */
import type { Clock, DeviceHealth, LineHealth, PointDriver } from "../../model/driver.ts";
import type { PointName } from "../../model/reading.ts";
import type { DeviceSite, LineSite, Parity } from "../../model/site.ts";
import { planBlocks, planNonces } from "../../protocol/modbus/blocks.ts";
import type { ReadRequest } from "../../protocol/modbus/frame.ts";
import {
  initialLine,
  type LineInput,
  type LineSettings,
  type LineState,
  type UnitState,
} from "../../protocol/modbus/line-state.ts";
import { replyExpectedAt, sendsAt, stepLine } from "../../protocol/modbus/master.ts";
import { hold } from "./hold.ts";
import { createPolling } from "./polling.ts";
import { type KeptPort, keepPortOpen } from "./port.ts";

/** Listening begins this long before a reply should be complete: timers come up to a millisecond late, and each piece that is heard earlier costs a turn. Choice. */
const leadMilliseconds = 1;
/** A silence shorter than this is not listened to [ms]. Choice: longer than the silence between two frames. */
const shortSilenceMilliseconds = 5;

export interface SerialLineOptions {
  /** A contact of the line changed: a scan should come at once. */
  readonly onUrgent?: () => void;
  /** Outputs that hold contactors closed: found open, they stay open until they are commanded anew. */
  readonly contactors?: ReadonlySet<PointName>;
}

/** A driver of `line`; nothing is opened before `start()`. Faults of port and devices are bad readings and `health()`, never exceptions. */
export function openSerialLine(line: LineSite, clock: Clock, options: SerialLineOptions = {}): PointDriver {
  const polling = createPolling(line, clock.now(), options.contactors, (device) =>
    inbox.push({ kind: "nonces", unit: device.address, nonces: noncesOf(device) }),
  );
  let master = initialLine(settingsOf(line));
  let port: KeptPort | null = null;
  let timer: NodeJS.Timeout | null = null;
  let running = false;
  let busy = false;
  const inbox: LineInput[] = [];
  let health: Pick<LineHealth, "state" | "since" | "problem"> = { state: "opening", since: clock.now() };

  const handle = (input: LineInput): void => {
    const { state, actions } = stepLine(master, input, clock.now());
    master = state;
    for (const action of actions) {
      if (action.kind === "write") {
        if (port?.write(action.bytes) === true) inbox.push({ kind: "written" });
      } else if (action.kind === "reopen") port?.reopen("the port takes no bytes");
      else {
        const urgent = polling.result(action.order, action.outcome, action.startedAt, clock.now());
        if (urgent) options.onUrgent?.();
      }
    }
  };

  /** What waits in the port is older than anything that could be sent, so each turn begins with it. */
  const hear = (prompt: boolean): void => {
    const bytes = port?.read();
    if (bytes !== undefined && bytes.length > 0) inbox.unshift({ kind: "received", bytes, prompt });
  };

  /** Callbacks only put their input here; inputs are taken one after the other, whatever they cause. */
  const feed = (input: LineInput | null): void => {
    if (input !== null) inbox.push(input);
    if (busy || !running) return;
    busy = true;
    let prompt = input === null;
    do {
      hear(prompt);
      prompt = false;
      while (true) {
        for (let input = inbox.shift(); input !== undefined; input = inbox.shift()) handle(input);
        const orders = health.state === "opening" ? [] : polling.due(clock.now());
        if (orders.length === 0 && inbox.length === 0) break;
        for (const order of orders) inbox.push({ kind: "order", order });
      }
    } while (heldForSilence());
    busy = false;
    arm();
  };

  /** A short silence before the next request is waited for here: a timer, up to 1 ms late and a turn of its own, would cost a tenth of a fast line. */
  const heldForSilence = (): boolean => {
    const at = sendsAt(master);
    const now = clock.now();
    if (at === null || !hold(at - now, now)) return false;
    inbox.push({ kind: "timer" });
    return true;
  };

  /** A reply that should be whole within a moment is read once, then: its last piece would be another turn. */
  const holdForReply = (): void => {
    const at = replyExpectedAt(master);
    if (at === null) return;
    const now = clock.now();
    hold(at - now, now);
  };

  const arm = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const now = clock.now();
    let at = Math.min(master.wakeAt ?? Number.POSITIVE_INFINITY, polling.nextDueAt());
    const listenAt = listeningFrom(master, now, at);
    if (listenAt <= now) port?.listen();
    else at = Math.min(at, listenAt);
    // Node's timers count whole milliseconds and must not come early.
    const wait = Math.max(0, Math.min(Math.ceil(at - now), 1000));
    timer = setTimeout(() => {
      holdForReply();
      feed({ kind: "timer" });
    }, wait);
  };

  return {
    name: line.name,
    start: () => {
      running = true;
      port = keepPortOpen(line, {
        onOpened: () => {
          health = { state: "open", since: clock.now() };
          polling.opened(clock.now());
          feed({ kind: "opened" });
        },
        onReadable: () => feed(null),
        onLost: (problem) => {
          const since = health.state === "lost" ? health.since : clock.now();
          health = { state: "lost", since, problem };
          feed({ kind: "lost" });
        },
      });
    },
    readings: () => ({ ...polling.readings }),
    command: (outputs) => {
      const refused = polling.command(outputs, clock.now());
      feed({ kind: "timer" });
      return refused;
    },
    reportedAt: () => polling.reportedAt(clock.now()),
    health: () => ({
      name: line.name,
      port: line.port,
      ...health,
      devices: line.devices.map(({ name, address }) => deviceHealth(name, master.units[address])),
      foreignRequests: master.foreignRequests,
      foreignAt: master.foreignAt,
      foreignUnit: master.foreignUnit,
      lateReads: polling.lateReads(),
    }),
    stop: async () => {
      running = false;
      if (timer !== null) clearTimeout(timer);
      await port?.stop();
    },
  };
}

/**
 * From when on the arrival of bytes is worth a turn [ms]; before that they gather in the port. A reply is heard when it must be
 * nearly complete, not in each of its pieces, and a silence that is over in a moment ends with a look at the port anyway.
 */
function listeningFrom(master: LineState, now: number, wakeAt: number): number {
  const expectedAt = replyExpectedAt(master);
  if (expectedAt !== null) return expectedAt - leadMilliseconds;
  return wakeAt - now < shortSilenceMilliseconds ? wakeAt : now;
}

function settingsOf(line: LineSite): LineSettings {
  return {
    characterMilliseconds: (1000 * characterBits(line.parity, line.stopBits)) / line.baudRate,
    units: line.devices.map((device) => ({
      unit: device.address,
      minimumGapMilliseconds: device.minimumGapMilliseconds,
      responseTimeoutMilliseconds: device.responseTimeoutMilliseconds,
      nonces: noncesOf(device),
    })),
  };
}

/** None while it is not known where the device's registers are. */
function noncesOf(device: DeviceSite): readonly ReadRequest[] {
  return device.discovery === null ? planNonces(device, planBlocks(device)) : [];
}

/** Start bit, eight of data, parity, stop bits. */
function characterBits(parity: Parity, stopBits: number): number {
  return 1 + 8 + (parity === "none" ? 0 : 1) + stopBits;
}

function deviceHealth(name: string, unit: UnitState | undefined): DeviceHealth {
  return {
    name,
    state: unit?.sure === true ? "good" : (unit?.failuresInRow ?? 0) > 1 ? "silent" : "unsure",
    requests: unit?.requests ?? 0,
    timeouts: unit?.timeouts ?? 0,
    badFrames: unit?.badFrames ?? 0,
    exceptions: unit?.exceptions ?? 0,
    strayBytes: unit?.strayBytes ?? 0,
    unaskedReplies: unit?.unaskedReplies ?? 0,
    unaskedAt: unit?.unaskedAt ?? [],
    latencyMilliseconds: unit?.latencyMilliseconds ?? 0,
  };
}
