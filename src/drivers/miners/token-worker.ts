/** Worker thread: derives WhatsMiner tokens. Two md5crypts cost milliseconds each, which the control path must not pay. */
import { constants, setPriority } from "node:os";
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

// On Linux this is the priority of the calling thread alone: three hundred tokens must not take the processor from reads and sheds.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

parentPort?.on("message", ({ number, password, salts, key }: TokenRequest) => {
  const derived = key ?? deriveKey(password, salts.salt);
  const reply: TokenReply = { number, key: derived, ...deriveToken(derived, salts) };
  parentPort?.postMessage(reply);
});
