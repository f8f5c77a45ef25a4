/** Which test files run, and what their text alone already proves wrong. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));

/** All test files, or those whose path contains one of the patterns; a pattern that is a file's whole path takes it whatever its name. */
export function selectFiles(patterns: readonly string[]): string[] {
  const all = readdirSync(`${root}test`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `test/${name}`)
    .sort();
  if (patterns.length === 0) return all;
  const exact = patterns.filter((pattern) => pattern.endsWith(".ts") && existsSync(`${root}${pattern}`));
  const matching = all.filter((file) => patterns.some((pattern) => file.includes(pattern)));
  return [...new Set([...exact, ...matching])];
}

export function compiledFile(file: string): string {
  return `${root}dist/${file.replace(/\.ts$/, ".js")}`;
}

/** Holes that a run cannot see: a left-in `.only`, and a suite that is made but never run. */
export function faultsInText(file: string): string[] {
  const text = readFileSync(`${root}${file}`, "utf8");
  const faults = /\b\w+\.only\(/.test(text) ? ["an .only( is left in: the other tests do not run"] : [];
  for (const [, name] of text.matchAll(/\b(?:const|let)\s+(\w+)\s*=\s*suite(?:<[^>]*>)?\(/g))
    if (!new RegExp(`\\b${name}\\.run\\(`).test(text))
      faults.push(`suite ${name} is never run: ${name}.run() is missing`);
  return faults;
}
