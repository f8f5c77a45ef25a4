/** Worker thread: puts the memory of the machines on its disk. A hung disk hangs this thread and nothing else. */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";

export interface MemoryToStore {
  readonly file: string;
  readonly text: string;
}

/** False: a full or broken disk. */
function store({ file, text }: MemoryToStore): boolean {
  const fresh = `${file}.new`;
  try {
    // The mode counts for a new file only, and passwords of pools are in it.
    rmSync(fresh, { force: true });
    writeFileSync(fresh, text, { mode: 0o600, flush: true });
    renameSync(fresh, file);
    return true;
  } catch {
    return false;
  }
}

parentPort?.on("message", (memory: MemoryToStore) => parentPort?.postMessage(store(memory)));
