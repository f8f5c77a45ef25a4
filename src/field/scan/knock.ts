/** Who is there at one speed: each address is asked for two registers, and whatever it answers, an exception too, proves that it lives. */

import { crc16 } from "../../model/crc16.ts";
import { type Result, succeed } from "../../model/result.ts";
import type { ModbusFunction } from "../../model/site.ts";
import { converse, type Heard, type LineSettings } from "../conversation.ts";
import type { PortProblem } from "../port-check.ts";
import { hastyMilliseconds, patientMilliseconds } from "./plan.ts";

export interface Knocked {
  readonly present: readonly number[];
  /** Something was heard that is no reply, also when asked once more with patience: two devices of one address, or another speed. */
  readonly garbled: readonly number[];
}

/** Devices without holding registers know input registers. Two of them: Eastron's count must be even. */
const functions: readonly ModbusFunction[] = [3, 4];
const knockRegisters = 2;
/** Source: Eastron, the longest of the boards [ms]. */
const gapMilliseconds = 60;

/** Knocks at all `addresses`. An interrupted one tells what it has found. */
export async function knock(
  settings: LineSettings,
  addresses: readonly number[],
  signal: AbortSignal,
): Promise<Result<Knocked, PortProblem>> {
  const present = new Set<number>();
  const doubtful = new Set<number>();
  let previous: number | null = null;
  const note = (address: number, { outcome, bytes }: Heard): void => {
    if (answered(outcome)) present.add(address);
    else if (bytes.length > 0) {
      const owners = ownersOf(bytes).filter((owner) => addresses.includes(owner));
      for (const owner of owners) present.add(owner);
      // A late reply to the request before may have met this one's on the wire.
      if (owners.length === 0) for (const each of [previous, address]) if (each !== null) doubtful.add(each);
    }
    previous = address;
  };
  for (const code of functions) {
    const wanted = addresses.filter((address) => !present.has(address));
    const failed = await round(settings, wanted, code, hastyMilliseconds, signal, note);
    if (failed !== null) return { ok: false, error: failed };
  }
  const garbled: number[] = [];
  const again = [...doubtful].filter((address) => !present.has(address));
  const failed = await round(settings, again, 3, patientMilliseconds, signal, (address, heard) => {
    if (answered(heard.outcome)) present.add(address);
    else if (heard.bytes.length > 0) garbled.push(address);
  });
  if (failed !== null) return { ok: false, error: failed };
  return succeed({ present: [...present].sort((a, b) => a - b), garbled });
}

async function round(
  settings: LineSettings,
  addresses: readonly number[],
  code: ModbusFunction,
  patience: number,
  signal: AbortSignal,
  note: (address: number, heard: Heard) => void,
): Promise<PortProblem | null> {
  if (addresses.length === 0 || signal.aborted) return null;
  const units = addresses.map((unit) => ({
    unit,
    minimumGapMilliseconds: gapMilliseconds,
    responseTimeoutMilliseconds: patience,
    nonces: [],
  }));
  const conversation = await converse(settings, units, { hasty: true });
  if (!conversation.ok) return conversation.error;
  for (const unit of addresses) {
    if (signal.aborted) break;
    const heard = await conversation.value.ask({
      mode: "read",
      unit,
      function: code,
      address: 0,
      count: knockRegisters,
    });
    note(unit, heard);
  }
  await conversation.value.close();
  return null;
}

function answered(outcome: Heard["outcome"]): boolean {
  return outcome.kind === "data" || (outcome.kind === "failed" && outcome.fault === "refused-by-device");
}

/** Addresses of whole replies among the bytes: to a knock, or a refusal of one. */
function ownersOf(bytes: Uint8Array): readonly number[] {
  const owners: number[] = [];
  for (const length of [5, 5 + 2 * knockRegisters]) {
    for (let start = 0; start + length <= bytes.length; start += 1) {
      const crc = crc16(bytes, start, start + length - 2);
      const unit = bytes[start];
      const whole = bytes[start + length - 2] === (crc & 0xff) && bytes[start + length - 1] === crc >> 8;
      if (whole && unit !== undefined) owners.push(unit);
    }
  }
  return owners;
}
