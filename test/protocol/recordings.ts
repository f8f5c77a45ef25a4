/** Recorded replies of real machines, as bytes. */
import { readFileSync } from "node:fs";

/** From dist/test/protocol up to the root of the repository. */
const folder = new URL("../../../test/recordings/miners/", import.meta.url);

export function recording(path: string): Buffer {
  return readFileSync(new URL(`${path}.json`, folder));
}
