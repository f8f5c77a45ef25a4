/** Writes the TypeScript type of every schema to src/model/generated, or with --check says which are stale. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile, type JSONSchema } from "json-schema-to-typescript";

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
    const schema = JSON.parse(readFileSync(`${schemas}${file}`, "utf8")) as JSONSchema;
    const text = await compile(withDefaultsThere(schema), file, {
      bannerComment: banner,
      additionalProperties: false,
      ignoreMinAndMaxItems: true,
      style: { printWidth: 120 },
    });
    const target = `${generated}${file.replace(".schema.json", ".ts")}`;
    if (readIfThere(target) === text) continue;
    stale.push(file);
    if (!onlyCheck) writeFileSync(target, text);
  }
  return stale;
}

/** The shape after reading: readers fill defaults in, so that a property with a default is always there. */
function withDefaultsThere<Node>(node: Node): Node {
  if (Array.isArray(node)) return node.map(withDefaultsThere) as Node;
  if (typeof node !== "object" || node === null) return node;
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) copy[key] = withDefaultsThere(value);
  const properties = Object.entries((copy["properties"] ?? {}) as Record<string, unknown>);
  const filled = properties.filter(
    ([, schema]) => typeof schema === "object" && schema !== null && "default" in schema,
  );
  if (filled.length === 0) return copy as Node;
  const required = Array.isArray(copy["required"]) ? copy["required"] : [];
  return { ...copy, required: [...new Set([...required, ...filled.map(([name]) => name)])] } as Node;
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
