/** The repository's own files, for rules that look at text. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Repository root, ends with a slash; tests run from dist/test/house. */
export const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Samples are meant to break rules. */
const samples = "test/house/samples/";

export function filesBelow(folder: string, ending: string): readonly string[] {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`)
    .filter((file) => !file.startsWith(samples))
    .sort();
}

export function read(file: string): string {
  return readFileSync(`${root}${file}`, "utf8");
}

/** Our TypeScript, without what is generated. */
export function sources(): readonly string[] {
  return ["src", "test", "scripts"].flatMap((folder) =>
    filesBelow(folder, ".ts").filter((file) => !file.startsWith("src/model/generated/")),
  );
}
