/** Frames of WhatsMiner API v3: a length of four bytes, low byte first, and JSON; tokens that are tied to the second. */
import { createHash } from "node:crypto";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { JsonObject } from "../cgminer/json.ts";
import { decodeReply, maximumReplyBytes } from "../cgminer/reply.ts";

const headerBytes = 4;

export type FrameFailure =
  | { readonly kind: "empty" }
  /** No machine announces that much: another protocol answers. */
  | { readonly kind: "other-protocol" }
  | { readonly kind: "cut"; readonly bytes: number; readonly announced: number }
  | { readonly kind: "malformed" };

export function encodeFrame(message: Readonly<Record<string, unknown>>): Buffer {
  const body = Buffer.from(JSON.stringify(message), "utf8");
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(body.length);
  return Buffer.concat([header, body]);
}

/** True once the announced bytes are there, or can never be. */
export function frameIsComplete(bytes: Buffer): boolean {
  if (bytes.length < headerBytes) return false;
  const announced = bytes.readUInt32LE(0);
  return announced > maximumReplyBytes || bytes.length >= headerBytes + announced;
}

/** The one message in the bytes; what follows it is left alone. */
export function decodeFrame(bytes: Buffer): Result<JsonObject, FrameFailure> {
  if (bytes.length < headerBytes) return fail({ kind: "empty" });
  const announced = bytes.readUInt32LE(0);
  if (announced > maximumReplyBytes || announced === 0) return fail({ kind: "other-protocol" });
  const body = bytes.subarray(headerBytes, headerBytes + announced);
  if (body.length < announced) return fail({ kind: "cut", bytes: body.length, announced });
  const reply = decodeReply(body);
  return reply.ok ? succeed(reply.value.body) : fail({ kind: "malformed" });
}

export interface V3Access {
  /** `super`, or user1 to user3. */
  readonly account: string;
  readonly password: string;
  readonly salt: string;
  /** Seconds on the machine's clock: it compares with its own. */
  readonly unixSeconds: number;
}

/** Source: miners' fact sheet, section 2.4, with a computed vector. */
export function deriveV3Token(command: string, { password, salt, unixSeconds }: V3Access): string {
  return createHash("sha256").update(`${command}${password}${salt}${unixSeconds}`).digest("base64").slice(0, 8);
}

/** A write: everything but pools travels in the clear, under its token. */
export function encodeV3Write(command: string, parameter: unknown, access: V3Access): Buffer {
  const { account, unixSeconds } = access;
  return encodeFrame({
    cmd: command,
    ts: unixSeconds,
    token: deriveV3Token(command, access),
    account,
    ...(parameter === undefined ? {} : { param: parameter }),
  });
}
