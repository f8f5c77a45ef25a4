/** Where boards/ and schemas/ lie: beside the compiled program, whether it runs from a clone or installed. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The nearest folder above this module that has schemas/; ends with a slash. */
export function dataFolder(): string {
  let folder = new URL("./", import.meta.url);
  for (let parent = new URL("../", folder); parent.href !== folder.href; parent = new URL("../", folder)) {
    folder = parent;
    if (existsSync(new URL("schemas/site.schema.json", folder))) return fileURLToPath(folder);
  }
  return fileURLToPath(new URL("../../../", import.meta.url));
}
