/** JSON as the contract takes it: valid UTF-8, no duplicate keys, not nested too deep. */
import { fail, type Result, succeed } from "../../model/result.ts";
import type { Malformed } from "./cbor.ts";

/** Decodes one document; the bytes have been bounded by the caller. */
export function decodeJson(bytes: Uint8Array, maximumDepth: number): Result<unknown, Malformed> {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return fail({ kind: "malformed", text: "not JSON" });
  }
  const problem = structureProblem(text, maximumDepth);
  return problem === null ? succeed(value) : fail({ kind: "malformed", text: problem });
}

/** What JSON.parse lets pass; the text is valid JSON already, so quotes and braces may be trusted. */
function structureProblem(text: string, maximumDepth: number): string | null {
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;
  const open: Set<string>[] = [];
  let last = "";
  for (const [token] of text.matchAll(tokens)) {
    if (token === "{" || token === "[") {
      if (open.push(new Set()) > maximumDepth) return "nested too deep";
    } else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const keys = open.at(-1);
      const key: unknown = JSON.parse(last);
      if (keys === undefined || typeof key !== "string") return "not JSON";
      if (keys.has(key)) return "a duplicate key";
      keys.add(key);
    }
    last = token;
  }
  return null;
}
