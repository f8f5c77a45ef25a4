/** Durable states and folders for the store's tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Durable } from "../../src/model/durable.ts";

export function durableExample(revision: number): Durable {
  return {
    revision,
    trips: [],
    lockout: null,
    remoteStop: null,
    order: { "dispatch/setpoint/container": { epoch: 3, sequence: revision } },
    asleepByUs: ["a-001"],
    contactorOperations: { "branch-1": 2 },
  };
}

const folders: string[] = [];
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone when the test's process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "weir-test-"));
  folders.push(folder);
  return folder;
}
