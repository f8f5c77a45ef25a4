/** Reads the contract's schemas and key registry from schemas/; at the start only. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Contract, compileContract, type KeyRegistry, messageNames } from "../../protocol/messages/contract.ts";

/** The contract of this installation; throws where a file is missing or no schema, for nothing can be said without. */
export function loadContract(): Contract {
  const folder = schemaFolder();
  const read = (name: string): object => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as object;
  const schemas = Object.fromEntries(messageNames.map((name) => [name, read(`${name}.schema.json`)]));
  return compileContract(schemas as Parameters<typeof compileContract>[0], read("keys.json") as KeyRegistry);
}

/** The nearest schemas/ above this module: from a clone it lies beside dist/, installed within it. */
function schemaFolder(): URL {
  let folder = new URL("./", import.meta.url);
  for (let parent = new URL("../", folder); parent.href !== folder.href; parent = new URL("../", folder)) {
    folder = parent;
    if (existsSync(fileURLToPath(new URL("schemas/keys.json", folder)))) return new URL("schemas/", folder);
  }
  throw new Error("schemas/keys.json is missing from this installation");
}
