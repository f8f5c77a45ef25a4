/** Frames of a device for the proof of its board: each point read alone, as on the wire, with what it means by the board. Reads only. */
import { crc16 } from "../model/crc16.ts";
import type { DeviceSite } from "../model/site.ts";
import { pointRead } from "../protocol/modbus/blocks.ts";
import { encodeRequest, type ReadRequest } from "../protocol/modbus/frame.ts";
import { decodePoint } from "../protocol/modbus/registers.ts";
import type { Conversation } from "./conversation.ts";
import { askAgain } from "./read-device.ts";

/** Lines for a file of test/boards/frames: point, request, reply, value or fault. A point that the device refuses is left out. */
export async function captureFrames(conversation: Conversation, device: DeviceSite): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const point of device.points) {
    const read = pointRead(device, point);
    const { outcome } = await askAgain(conversation, read);
    // One that falls silent would only cost time.
    if (outcome.kind === "failed" && outcome.fault !== "refused-by-device") break;
    if (outcome.kind !== "data") continue;
    const decoded = decodePoint(point, outcome.data, read.address);
    const told = decoded.ok ? String(Number(decoded.value.toPrecision(7))) : decoded.fault;
    const name = point.name.slice(point.name.indexOf("/") + 1);
    lines.push([name, hexadecimal(encodeRequest(read)), hexadecimal(replyOf(read, outcome.data)), told].join(" | "));
  }
  return lines;
}

/** The frame that carried `data`. */
function replyOf({ unit, function: code }: ReadRequest, data: Uint8Array): Uint8Array {
  const body = Uint8Array.from([unit, code, data.length, ...data]);
  const crc = crc16(body);
  return Uint8Array.from([...body, crc & 0xff, crc >> 8]);
}

function hexadecimal(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("hex")
    .toUpperCase()
    .replace(/..(?=.)/g, "$& ");
}
