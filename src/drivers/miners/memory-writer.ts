/** Hands the memory's text to a thread that stores it: one message there and one back. Not for two at a time. */
import { Worker } from "node:worker_threads";
import type { MemoryToStore } from "./memory-worker.ts";

export interface MemoryWriter {
  /** True: it is on the disk, in place of what was there. */
  write(text: string): Promise<boolean>;
  stop(): Promise<void>;
}

/**
 * A thread of its own, not Node's file calls: storing is ten of them, each comes back through a loop that is full of replies while a
 * container is shed, and a machine whose pools are to be stored before its write waits for all (measured, November 2026: 100 ms and more).
 */
export function openMemoryWriter(file: string): MemoryWriter {
  let worker: Worker | undefined;
  let answer: ((stored: boolean) => void) | undefined;
  const end = (stored: boolean): void => {
    worker?.unref();
    answer?.(stored);
    answer = undefined;
  };
  const start = (): Worker => {
    const started = new Worker(new URL("./memory-worker.js", import.meta.url), {
      // Choice: the text of a thousand machines is 2 MB.
      resourceLimits: { maxOldGenerationSizeMb: 32 },
    });
    started.on("message", end);
    // With a listener the thread's failure does not end the process; the next text starts another one.
    started.on("error", () => started.terminate());
    started.on("exit", () => {
      worker = undefined;
      end(false);
    });
    started.unref();
    return started;
  };
  // Ahead of need: a thread takes longer to start than a machine's pools to store.
  worker = start();
  return {
    write: (text) =>
      new Promise((resolve) => {
        answer = resolve;
        worker ??= start();
        // The process waits for what is being stored, and not for an idle thread.
        worker.ref();
        worker.postMessage({ file, text } satisfies MemoryToStore);
      }),
    stop: async () => {
      await worker?.terminate();
    },
  };
}
