/** Asks the one worker thread for tokens; started with the first token, ended with `stop`. */
import { Worker } from "node:worker_threads";
import type { TokenSalts } from "../../protocol/whatsminer/cipher.ts";
import type { TokenReply, TokenRequest } from "./token-worker.ts";

export interface TokenDeriver {
  /** null: the deriver is stopped. */
  derive(password: string, salts: TokenSalts, key: string | undefined): Promise<TokenReply | null>;
  stop(): Promise<void>;
}

export function createTokenDeriver(): TokenDeriver {
  const waiting = new Map<number, (reply: TokenReply | null) => void>();
  let worker: Worker | null = null;
  let stopped = false;
  let last = 0;

  const start = (): Worker => {
    // 16 MB of heap: a thousand short-lived buffers per token, nothing is kept. Choice.
    const started = new Worker(new URL("./token-worker.js", import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 16 },
    });
    started.on("message", (reply: TokenReply) => {
      waiting.get(reply.number)?.(reply);
      waiting.delete(reply.number);
    });
    // Without a listener the thread's failure would end the process; with it the next token starts a new thread.
    started.on("error", () => started.terminate());
    started.on("exit", () => {
      if (worker === started) worker = null;
      for (const resolve of waiting.values()) resolve(null);
      waiting.clear();
    });
    started.unref();
    return started;
  };

  return {
    derive: (password, salts, key) =>
      new Promise((resolve) => {
        if (stopped) return resolve(null);
        worker ??= start();
        last += 1;
        waiting.set(last, resolve);
        const request: TokenRequest = { number: last, password, salts, key };
        worker.postMessage(request);
      }),
    stop: async () => {
      stopped = true;
      await worker?.terminate();
    },
  };
}
