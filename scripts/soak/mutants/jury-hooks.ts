/** Module hooks of a jury: uvu's place is taken by our suites, a compiled file's by its mutant. Runs on Node's thread for hooks. */
import { readFileSync } from "node:fs";
import type { LoadHook, ResolveHook } from "node:module";

export interface Swaps {
  /** Address of what stands in for uvu. */
  readonly suites: string;
  /** Address of the file that is replaced, and the path of the text that replaces it. */
  readonly change: { readonly url: string; readonly by: string } | null;
}

let swaps: Swaps | null = null;

export function initialize(given: Swaps): void {
  swaps = given;
}

export const resolve: ResolveHook = (specifier, context, next) =>
  specifier === "uvu" && swaps !== null ? { url: swaps.suites, shortCircuit: true } : next(specifier, context);

export const load: LoadHook = (url, context, next) =>
  swaps?.change?.url === url
    ? { format: "module", source: readFileSync(swaps.change.by, "utf8"), shortCircuit: true }
    : next(url, context);
