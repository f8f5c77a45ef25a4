/** One controller a data folder: a name in the kernel that ends with the process, however that ends. */
import { mkdirSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { fail, type Result, succeed } from "../model/result.ts";

export type LockProblem =
  | { readonly kind: "in-use"; readonly folder: string }
  | { readonly kind: "unusable"; readonly folder: string; readonly text: string };

export interface FolderLock {
  release(): void;
}

/** Makes the folder and takes it; called before anything starts, so it may wait for the disk. */
export async function lockFolder(folder: string): Promise<Result<FolderLock, LockProblem>> {
  let identity: string;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { dev, ino } = statSync(folder);
    identity = `${dev}-${ino}`;
  } catch (error) {
    return fail({ kind: "unusable", folder, text: String(error) });
  }
  const server = createServer((socket) => socket.destroy());
  const problem = await new Promise<Error | null>((resolve) => {
    server.once("error", resolve);
    // The leading zero makes it an abstract name: it needs no file and leaves none behind. Source: unix(7).
    server.listen(`\0weir/data/${identity}`, () => resolve(null));
  });
  if (problem === null) {
    server.unref();
    return succeed({ release: () => server.close() });
  }
  const inUse = "code" in problem && problem.code === "EADDRINUSE";
  return fail(inUse ? { kind: "in-use", folder } : { kind: "unusable", folder, text: String(problem) });
}
