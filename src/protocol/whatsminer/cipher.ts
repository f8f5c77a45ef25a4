/** Tokens and encrypted writes of WhatsMiner API v2: AES-256-ECB over base64. Computes no md5crypt itself where a token exists. */
import { type Cipher, createCipheriv, createDecipheriv, createHash, type Decipher } from "node:crypto";
import { fail, type Result, succeed } from "../../model/result.ts";
import { md5crypt } from "./md5crypt.ts";

/** Reply to `get_token`. Source: WhatsMiner API manual V2.2, section on get_token. */
export interface TokenSalts {
  readonly time: string;
  readonly salt: string;
  readonly newsalt: string;
}

export interface Token {
  readonly sign: string;
  /** AES-256 key, hexadecimal. */
  readonly aesKey: string;
}

/** First half of a token: depends on password and salt only, so it outlives the token while the machine keeps its salt. */
export function deriveKey(password: string, salt: string): string {
  return md5crypt(password, salt);
}

/** Second half: the sign of this token, and the cipher key. Source: manual V2.2. */
export function deriveToken(key: string, salts: TokenSalts): Token {
  return {
    sign: md5crypt(key + salts.time.slice(-4), salts.newsalt),
    aesKey: createHash("sha256").update(key).digest("hex"),
  };
}

interface Ciphers {
  /** Whole blocks in, whole blocks out. */
  readonly seal: Cipher;
  readonly open: Decipher;
}

/** ECB carries nothing from one block to the next, so one pair serves all messages of a token: making one costs more than its use. */
const made = new WeakMap<Token, Ciphers>();

/** The token's ciphers; made on the first call, which therefore belongs off the control path. */
export function ciphersOf(token: Token): Ciphers {
  const known = made.get(token);
  if (known !== undefined) return known;
  const key = Buffer.from(token.aesKey, "hex");
  const ciphers: Ciphers = {
    seal: createCipheriv("aes-256-ecb", key, null).setAutoPadding(false),
    open: createDecipheriv("aes-256-ecb", key, null).setAutoPadding(false),
  };
  made.set(token, ciphers);
  return ciphers;
}

/** The request on the wire: `{"enc":1,"data":"..."}`, zero padded as the manual's own example is. */
export function encryptCommand(token: Token, command: Readonly<Record<string, string | number>>): Buffer {
  const plain = Buffer.from(JSON.stringify({ token: token.sign, ...command }), "utf8");
  const padded = Buffer.alloc(Math.ceil(plain.length / 16) * 16);
  plain.copy(padded);
  const data = ciphersOf(token).seal.update(padded).toString("base64");
  return Buffer.from(JSON.stringify({ enc: 1, data }), "utf8");
}

export type CipherFailure = { readonly kind: "not-whole-blocks"; readonly bytes: number };

/** The plain bytes of `{"enc":"..."}`; both paddings in use, zeros and PKCS7, are taken off. */
export function decryptData(token: Token, data: string): Result<Buffer, CipherFailure> {
  const bytes = Buffer.from(data, "base64");
  if (bytes.length === 0 || bytes.length % 16 !== 0) return fail({ kind: "not-whole-blocks", bytes: bytes.length });
  return succeed(stripPadding(ciphersOf(token).open.update(bytes)));
}

function stripPadding(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  const count = bytes[end - 1] ?? 0;
  // PKCS7 pads with 1 to 16 equal bytes; JSON never ends in one of them, except in line feed and carriage return.
  const padding = end === bytes.length && count >= 1 && count <= 16 && count <= end;
  if (padding && bytes.subarray(end - count, end).every((byte) => byte === count)) end -= count;
  return bytes.subarray(0, end);
}
