/** Finds where a SunSpec device keeps the model its board describes: addresses of its points count from there. Reads only. */
import type { DeviceSite, PointSite } from "../model/site.ts";
import type { Conversation } from "./conversation.ts";
import { askAgain } from "./read-device.ts";

/** Identifier of the block that ends the chain, and how many blocks are walked at most. Source: SunSpec Information Model Specification; choice. */
const endModel = 0xffff;
const mostModels = 32;
/** Identifier and length. */
const headerRegisters = 2;

/** The device with addresses as on the wire; null: none of its models was found. A device without discovery is as it is. */
export async function locate(conversation: Conversation, device: DeviceSite): Promise<DeviceSite | null> {
  const { discovery } = device;
  if (discovery === null) return device;
  const markerRegisters = discovery.marker.length / 4;
  for (const base of discovery.bases) {
    const marker = await words(conversation, device.address, base, markerRegisters);
    if (marker === null || hexadecimal(marker) !== discovery.marker) continue;
    let header = base + markerRegisters;
    for (let walked = 0; walked < mostModels; walked += 1) {
      const found = await words(conversation, device.address, header, headerRegisters);
      const [id, length] = found ?? [];
      if (id === undefined || length === undefined || id === endModel) break;
      if (discovery.models.some((model) => model.id === id)) return moved(device, header);
      header += headerRegisters + length;
    }
  }
  return null;
}

async function words(
  conversation: Conversation,
  unit: number,
  address: number,
  count: number,
): Promise<number[] | null> {
  if (address + count > 65_536) return null;
  const { outcome } = await askAgain(conversation, { mode: "read", unit, function: 3, address, count });
  if (outcome.kind !== "data") return null;
  const view = new DataView(outcome.data.buffer, outcome.data.byteOffset, outcome.data.byteLength);
  return Array.from({ length: count }, (_, index) => view.getUint16(2 * index));
}

function moved(device: DeviceSite, header: number): DeviceSite {
  const move = (point: PointSite): PointSite => ({
    ...point,
    address: point.address + header,
    scaleFactorAddress: point.scaleFactorAddress === null ? null : point.scaleFactorAddress + header,
  });
  const probe = device.probe === null ? null : { ...device.probe, point: move(device.probe.point) };
  return { ...device, discovery: null, points: device.points.map(move), probe };
}

function hexadecimal(numbers: readonly number[]): string {
  return numbers
    .map((word) => word.toString(16).padStart(4, "0"))
    .join("")
    .toUpperCase();
}
