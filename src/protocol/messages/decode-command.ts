/** Bytes on a command topic to a command, or to the reason why not; acceptance, order and time are the core's. */
import { createHash } from "node:crypto";
import type {
  ControlMessage,
  Encoding,
  Rejection,
  RemoteCommand,
  ScheduleMessage,
  SetpointMessage,
} from "../../model/command.ts";
import type { Heartbeat } from "../../model/image.ts";
import type { Milliseconds } from "../../model/reading.ts";
import { decodeCbor } from "./cbor.ts";
import type { Contract } from "./contract.ts";
import { decodeJson } from "./strict-json.ts";
import { readCommandTopic } from "./topics.ts";

/** Source: facts/grid-and-safety section 3.3 and DESIGN section 6: a command of more than 16 KiB is `size`. */
export const largestCommandBytes = 16 * 1024;

/** Choice: a setpoint nests two deep. */
const deepestNesting = 8;

export interface Arrival {
  readonly receivedAt: Milliseconds;
  /** The flag the broker delivered it with. */
  readonly retained: boolean;
  /** More came than may be decoded: it is answered unread. */
  readonly overRate: boolean;
}

export interface Addressee {
  readonly container: string;
  readonly site: string;
}

/** Decodes a command in the contract's order of checks; null: the topic is no command's. */
export function decodeCommand(
  topic: string,
  bytes: Uint8Array,
  arrival: Arrival,
  addressee: Addressee,
  contract: Contract,
): RemoteCommand | null {
  const address = readCommandTopic(topic, addressee.container, addressee.site);
  if (address === null) return null;
  const encoding = encodingOf(bytes);
  const base = {
    via: "broker" as const,
    receivedAt: arrival.receivedAt,
    ...address,
    encoding: encoding === "json" ? ("json" as const) : ("cbor" as const),
    digest: "",
    id: null,
    body: null,
  };
  const early = refuseEarly(bytes, arrival, encoding);
  // Where there are too many, not even the identifier is looked for.
  if (early === "size" || arrival.overRate) return { ...base, rejection: early };
  const digest = createHash("sha256").update(bytes).digest("hex");
  const value = decodeValue(bytes);
  const id = idOf(value);
  if (early !== null || value === null) return { ...base, digest, id, rejection: early ?? "schema" };
  // Nothing is known of the shape of a kind that comes later; the core refuses it.
  if (address.kind === "config") return { ...base, digest, id, rejection: null };
  const body = fitting<SetpointMessage | ScheduleMessage | ControlMessage>(contract.fits[address.kind], value);
  return { ...base, digest, id, body, rejection: body === null ? "schema" : null };
}

/** Decodes a heartbeat of the site's dispatcher; null: it is none. */
export function decodeHeartbeat(bytes: Uint8Array, at: Milliseconds, contract: Contract): Heartbeat | null {
  if (bytes.length > largestCommandBytes) return null;
  const value = decodeValue(bytes);
  return contract.fits.heartbeat(value) ? { at, epoch: value.epoch, number: value.number } : null;
}

/** Checks before the shape, in the contract's order. */
function refuseEarly(bytes: Uint8Array, arrival: Arrival, encoding: Encoding | "signed" | null): Rejection | null {
  if (bytes.length > largestCommandBytes) return "size";
  if (arrival.retained) return "retained";
  if (encoding === null) return "schema";
  // This container holds no keys to check a signature with.
  if (encoding === "signed") return "signature";
  return arrival.overRate ? "rate" : null;
}

/** Source: DESIGN section 6: 7B JSON, A0 to BB CBOR map, D2 COSE_Sign1, anything else `schema`. */
export function encodingOf(bytes: Uint8Array): Encoding | "signed" | null {
  const first = bytes[0];
  if (first === 0x7b) return "json";
  if (first !== undefined && first >= 0xa0 && first <= 0xbb) return "cbor";
  return first === 0xd2 ? "signed" : null;
}

/** The decoded map; null: not one. */
function decodeValue(bytes: Uint8Array): object | null {
  const encoding = encodingOf(bytes);
  if (encoding !== "json" && encoding !== "cbor") return null;
  const decoded =
    encoding === "json" ? decodeJson(bytes, deepestNesting) : decodeCbor(bytes, { maximumDepth: deepestNesting });
  return decoded.ok && typeof decoded.value === "object" ? decoded.value : null;
}

/** The identifier even of a command of a wrong shape, so that its sender can be told. */
function idOf(value: object | null): string | null {
  if (value === null || !("id" in value) || typeof value.id !== "string") return null;
  return /^[0-9a-f]{32}$/.test(value.id) ? value.id : null;
}

function fitting<Message extends object>(fits: (value: unknown) => value is Message, value: object): Message | null {
  return fits(value) ? value : null;
}
