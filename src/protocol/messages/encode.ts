/** Messages to bytes and back: text keys for what is rare, integer keys of the registry for telemetry and miners. */
import type { Encoding } from "../../model/command.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import { type CborInput, decodeCbor, encodeCbor } from "./cbor.ts";
import type { Contract, KeyRegistry, Messages } from "./contract.ts";
import { encodingOf } from "./decode-command.ts";
import { decodeJson } from "./strict-json.ts";
import type { ReportName } from "./topics.ts";

/** Identifiers travel as 16 bytes where keys are integers. */
const identifiers: readonly string[] = ["boot", "setpointId"];

/** Choice: `state` nests three deep. */
const deepestNesting = 8;

/** A message with text keys in either encoding. */
export function encodeMessage(message: object, encoding: Encoding): Uint8Array {
  return encoding === "json" ? Buffer.from(JSON.stringify(message)) : encodeCbor(message as CborInput);
}

/** Telemetry or miners: a CBOR map with the registry's integer keys. */
export function encodeKeyed<Name extends "telemetry" | "miners">(
  name: Name,
  message: Messages[Name],
  keys: KeyRegistry,
): Uint8Array {
  const map = new Map<number, CborInput>();
  for (const [word, value] of Object.entries(message)) {
    const key = keys[name][word];
    if (key === undefined || value === undefined) continue;
    map.set(key, identifiers.includes(word) ? Buffer.from(String(value), "hex") : (value as CborInput));
  }
  return encodeCbor(map);
}

export interface Unreadable {
  readonly kind: "unreadable";
  readonly text: string;
}

/** What a container reported, for whoever listens: dispatchers, screens, tests. */
export function decodeReport<Name extends ReportName>(
  report: Name,
  bytes: Uint8Array,
  contract: Contract,
): Result<Messages[Name], Unreadable> {
  const names = namesOf(report, contract.keys);
  const decoded =
    encodingOf(bytes) === "json"
      ? decodeJson(bytes, deepestNesting)
      : decodeCbor(bytes, { maximumDepth: deepestNesting, ...(names === null ? {} : { names }) });
  if (!decoded.ok) return fail({ kind: "unreadable", text: decoded.error.text });
  const fits: (value: unknown) => value is Messages[Name] = contract.fits[report];
  return fits(decoded.value) ? succeed(decoded.value) : fail({ kind: "unreadable", text: `not a ${report}` });
}

function namesOf(report: ReportName, keys: KeyRegistry): ReadonlyMap<number, string> | null {
  if (report !== "telemetry" && report !== "miners") return null;
  return new Map(Object.entries(keys[report]).map(([word, key]) => [key, word]));
}
