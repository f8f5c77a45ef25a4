/** Where a reply on TCP 4028 ends, and from its bytes to one JSON object. Knows no commands. */
import { fail, type Result, succeed } from "../../model/result.ts";
import { type JsonObject, parseTolerantJson } from "./json.ts";

/** Longest reply that is looked at [bytes]. Choice: 30 times the longest recorded reply; bounds memory before parsing. */
export const maximumReplyBytes = 1_048_576;

export type ReplyFailure =
  | { readonly kind: "empty" }
  | { readonly kind: "too-long"; readonly bytes: number }
  /** Something answers, but not in this protocol (ePIC machines serve HTTP on 4028). */
  | { readonly kind: "other-protocol" }
  | { readonly kind: "malformed"; readonly offset: number; readonly expected: string };

export interface Reply {
  readonly body: JsonObject;
  readonly truncated: boolean;
}

/**
 * True once nothing more can belong to the reply: at a NUL, or when the brackets are closed
 * (some machines neither send NUL nor close the connection).
 */
export function replyIsComplete(bytes: Buffer): boolean {
  if (bytes.includes(0)) return true;
  const last = bytes[bytes.length - 1];
  if (last !== 0x7d && last !== 0x0a && last !== 0x0d && last !== 0x20) return false;
  return bracketsAreClosed(bytes);
}

function bracketsAreClosed(bytes: Buffer): boolean {
  let depth = 0;
  let inString = false;
  let opened = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === 0x5c) at += 1;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      opened = true;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return opened && depth <= 0 && !inString;
}

/** Decodes all that came until NUL or end of connection; never throws. */
export function decodeReply(bytes: Buffer): Result<Reply, ReplyFailure> {
  if (bytes.length > maximumReplyBytes) return fail({ kind: "too-long", bytes: bytes.length });
  const end = bytes.indexOf(0);
  const text = bytes.toString("utf8", 0, end < 0 ? bytes.length : end).trim();
  if (text === "") return fail({ kind: "empty" });
  if (/^(HTTP\/|<)/i.test(text)) return fail({ kind: "other-protocol" });
  const parsed = parseTolerantJson(text);
  if (!parsed.ok) return fail({ kind: "malformed", offset: parsed.error.offset, expected: parsed.error.expected });
  const body = parsed.value.value;
  if (typeof body !== "object" || body === null || Array.isArray(body))
    return fail({ kind: "malformed", offset: 0, expected: "an object" });
  // Array.isArray does not narrow readonly arrays out of the union.
  return succeed({ body: body as JsonObject, truncated: parsed.value.truncated });
}
