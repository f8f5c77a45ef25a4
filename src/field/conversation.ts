/** Asks devices of one line, one read after the other, by the controller's own master and port. It cannot write: there is no word for it. */
import { keepPortOpen } from "../drivers/serial/port.ts";
import { fail, type Result, succeed } from "../model/result.ts";
import type { LineSite, Parity } from "../model/site.ts";
import type { ReadRequest } from "../protocol/modbus/frame.ts";
import {
  initialLine,
  type LineInput,
  type LineState,
  type Outcome,
  type UnitSettings,
  type UnitState,
} from "../protocol/modbus/line-state.ts";
import { stepLine } from "../protocol/modbus/master.ts";
import { openingProblem, type PortProblem } from "./port-check.ts";

export type LineSettings = Pick<LineSite, "port" | "baudRate" | "parity" | "stopBits">;

export interface Heard {
  readonly outcome: Outcome;
  /** From the request, or the last one that was sent for it, to its end [ms]. */
  readonly milliseconds: number;
  /** Everything that came since the last outcome, right or not. */
  readonly bytes: Uint8Array;
}

export interface Conversation {
  /** One read and its outcome; a lost port is an outcome too. */
  ask(request: ReadRequest): Promise<Heard>;
  unit(address: number): UnitState | undefined;
  /** Requests heard that are not ours. */
  foreignRequests(): number;
  close(): Promise<void>;
}

export interface ConversationOptions {
  /** For units that are most likely not there: no second silence after the first one's. */
  readonly hasty?: boolean;
}

/** A port that does not open within this is given up [ms]. Choice: serialport needs milliseconds. */
const openMilliseconds = 3000;
/** Timers look at least this often [ms]. Choice. */
const longestSleepMilliseconds = 1000;

/** Opens the port for `units`, or tells why it cannot. */
export function converse(
  settings: LineSettings,
  units: readonly UnitSettings[],
  options: ConversationOptions = {},
): Promise<Result<Conversation, PortProblem>> {
  const line: LineSite = { name: "line", devices: [], ...settings };
  const characterMilliseconds = (1000 * characterBits(settings.parity, settings.stopBits)) / settings.baudRate;
  let master = initialLine({ characterMilliseconds, units });
  let lastId = 0;
  let timer: NodeJS.Timeout | null = null;
  let heard: Uint8Array[] = [];
  let sentAt = 0;
  let open = false;
  const waiting = new Map<number, (result: Heard) => void>();
  const now = (): number => performance.now();

  return new Promise((resolve) => {
    const take = (input: LineInput): void => {
      const { state, actions } = stepLine(master, input, now());
      master = state;
      for (const action of actions) {
        if (action.kind === "write") {
          sentAt = now();
          if (port.write(action.bytes)) take({ kind: "written" });
        } else if (action.kind === "reopen") port.reopen("the port takes no bytes");
        else {
          const settle = waiting.get(action.order.id);
          waiting.delete(action.order.id);
          settle?.({ outcome: action.outcome, milliseconds: now() - sentAt, bytes: Buffer.concat(heard) });
          heard = [];
        }
      }
    };
    const turn = (...inputs: readonly LineInput[]): void => {
      const bytes = open ? port.read() : new Uint8Array(0);
      if (bytes.length > 0) {
        heard.push(bytes);
        take({ kind: "received", bytes, prompt: true });
      }
      for (const input of inputs) take(input);
      if (!open) return;
      port.listen();
      if (timer !== null) clearTimeout(timer);
      const wait = Math.max(
        0,
        Math.min(Math.ceil((master.wakeAt ?? Number.POSITIVE_INFINITY) - now()), longestSleepMilliseconds),
      );
      timer = setTimeout(() => turn({ kind: "timer" }), wait);
    };
    const close = async (): Promise<void> => {
      open = false;
      clearTimeout(deadline);
      if (timer !== null) clearTimeout(timer);
      take({ kind: "lost" });
      await port.stop();
    };
    const giveUp = (text: string): void => {
      void close().then(() => resolve(fail(openingProblem(settings.port, text))));
    };
    const deadline = setTimeout(() => giveUp("it does not open"), openMilliseconds);
    const port = keepPortOpen(line, {
      onOpened: () => {
        open = true;
        clearTimeout(deadline);
        turn({ kind: "opened" });
        if (options.hasty === true) master = hasty(master);
        resolve(
          succeed({
            ask,
            unit: (address) => master.units[address],
            foreignRequests: () => master.foreignRequests,
            close,
          }),
        );
      },
      onReadable: () => turn(),
      onLost: (problem) => {
        if (!open) giveUp(problem);
        else turn({ kind: "lost" });
      },
    });
    const ask = (request: ReadRequest): Promise<Heard> =>
      new Promise((settle) => {
        lastId += 1;
        waiting.set(lastId, settle);
        turn({ kind: "order", order: { id: lastId, priority: 0, insist: true, request } });
      });
  });
}

/** A unit that has failed before is left no silence after its next failure. */
function hasty(master: LineState): LineState {
  const units = Object.entries(master.units).map(
    ([address, unit]) => [address, { ...unit, failuresInRow: 1 }] as const,
  );
  return { ...master, units: Object.fromEntries(units) };
}

/** Start bit, eight of data, parity, stop bits. */
export function characterBits(parity: Parity, stopBits: number): number {
  return 1 + 8 + (parity === "none" ? 0 : 1) + stopBits;
}
