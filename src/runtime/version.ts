/** The program's version, from the package it belongs to. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dataFolder } from "../site/data-folder.ts";

/** As in package.json. Read at the start, before anything runs. */
export function programVersion(): string {
  const read = JSON.parse(readFileSync(join(dataFolder(), "package.json"), "utf8")) as { readonly version: string };
  return read.version;
}
