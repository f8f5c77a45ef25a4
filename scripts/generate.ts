/** Writes the TypeScript type of every schema to src/model/generated, or with --check says which are stale. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compileFromFile } from "json-schema-to-typescript";

const root = new URL("../../", import.meta.url);
const schemas = fileURLToPath(new URL("schemas/", root));
const generated = fileURLToPath(new URL("src/model/generated/", root));
const banner = "/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */";

/** Stale files, by name; written unless only checking. */
export async function generateTypes(onlyCheck: boolean): Promise<string[]> {
  const stale: string[] = [];
  mkdirSync(generated, { recursive: true });
  for (const file of readdirSync(schemas)
    .filter((name) => name.endsWith(".schema.json"))
    .sort()) {
    const text = await compileFromFile(`${schemas}${file}`, {
      bannerComment: banner,
      additionalProperties: false,
      style: { printWidth: 120 },
    });
    const target = `${generated}${file.replace(".schema.json", ".ts")}`;
    if (readIfThere(target) === text) continue;
    stale.push(file);
    if (!onlyCheck) writeFileSync(target, text);
  }
  return stale;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const onlyCheck = process.argv.includes("--check");
  const stale = await generateTypes(onlyCheck);
  if (onlyCheck && stale.length > 0) {
    console.error(`stale types for ${stale.join(", ")}: run npm run generate and commit the result`);
    process.exitCode = 1;
  } else console.log(onlyCheck ? "types are fresh" : `types written (${stale.length} changed)`);
}
