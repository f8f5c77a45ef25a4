/** Worker thread: derives WhatsMiner tokens. Two md5crypts cost milliseconds each, which the control path must not pay. */
import { parentPort } from "node:worker_threads";
import { deriveKey, deriveToken, type TokenSalts } from "../../protocol/whatsminer/cipher.ts";

export interface TokenRequest {
  readonly number: number;
  readonly password: string;
  readonly salts: TokenSalts;
  /** Already known first half for this password and salt; undefined: derive it. */
  readonly key: string | undefined;
}

export interface TokenReply {
  readonly number: number;
  readonly key: string;
  readonly sign: string;
  readonly aesKey: string;
}

parentPort?.on("message", ({ number, password, salts, key }: TokenRequest) => {
  const derived = key ?? deriveKey(password, salts.salt);
  const reply: TokenReply = { number, key: derived, ...deriveToken(derived, salts) };
  parentPort?.postMessage(reply);
});
