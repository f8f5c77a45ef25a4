/** HTTP digest authentication as stock Antminers ask for it: RFC 7616 with MD5 and qop auth (or the older form without qop). */
import { hash } from "node:crypto";

export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly qop: "auth" | undefined;
  /** The nonce was too old, the password is not in doubt. */
  readonly stale: boolean;
}

/** undefined: no digest challenge, or one that asks for more than MD5 with qop auth. */
export function decodeChallenge(header: string): Challenge | undefined {
  const scheme = /^\s*digest\s+(.*)$/is.exec(header)?.[1];
  if (scheme === undefined) return undefined;
  const fields = new Map<string, string>();
  for (const [, name = "", quoted, bare] of scheme.matchAll(/([a-z-]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/gi))
    fields.set(name.toLowerCase(), quoted ?? bare ?? "");
  const realm = fields.get("realm");
  const nonce = fields.get("nonce");
  const offered = fields
    .get("qop")
    ?.split(",")
    .map((word) => word.trim());
  const algorithm = fields.get("algorithm") ?? "MD5";
  if (realm === undefined || nonce === undefined || nonce === "" || algorithm.toUpperCase() !== "MD5") return undefined;
  if (offered !== undefined && !offered.includes("auth")) return undefined;
  return {
    realm,
    nonce,
    opaque: fields.get("opaque"),
    qop: offered === undefined ? undefined : "auth",
    stale: fields.get("stale")?.toLowerCase() === "true",
  };
}

export interface DigestRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly user: string;
  readonly password: string;
  /** How often this nonce has been used, this time included; from 1. */
  readonly count: number;
  /** Random text of the client. */
  readonly clientNonce: string;
}

/** The `Authorization` header for one request. */
export function encodeAuthorization(challenge: Challenge, request: DigestRequest): string {
  const { realm, nonce, opaque, qop } = challenge;
  const first = md5(`${request.user}:${realm}:${request.password}`);
  const second = md5(`${request.method}:${request.path}`);
  const count = request.count.toString(16).padStart(8, "0");
  const response =
    qop === undefined
      ? md5(`${first}:${nonce}:${second}`)
      : md5(`${first}:${nonce}:${count}:${request.clientNonce}:${qop}:${second}`);
  const parts = [
    `username="${request.user}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${request.path}"`,
    "algorithm=MD5",
    `response="${response}"`,
  ];
  if (qop !== undefined) parts.push(`qop=${qop}`, `nc=${count}`, `cnonce="${request.clientNonce}"`);
  if (opaque !== undefined) parts.push(`opaque="${opaque}"`);
  return `Digest ${parts.join(", ")}`;
}

function md5(text: string): string {
  return hash("md5", text);
}
