/** The valid site of these tests, with single things broken in its text, written to a folder of its own. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { Result } from "../../src/model/result.ts";
import type { Site } from "../../src/model/site.ts";
import { loadSite } from "../../src/site/load-site.ts";
import type { SiteProblem } from "../../src/site/problem.ts";

/** Sources, not dist: data files are not compiled. */
const here = fileURLToPath(new URL("../../../test/site/", import.meta.url));
export const testBoards = `${here}boards/`;
export const validText = readFileSync(`${here}valid.yaml`, "utf8");

/** A text of the valid site and what stands there instead. */
export type Change = readonly [from: string, to: string];

export function changed(...changes: readonly Change[]): string {
  return changes.reduce((text, [from, to]) => {
    assert.ok(text.includes(from), `the valid site contains ${from}`);
    return text.replace(from, to);
  }, validText);
}

/** Loads a text as a site file with its secrets beside it; the folder is gone afterwards. */
export function loadText(text: string, secretsMode = 0o600): Result<Site, readonly SiteProblem[]> {
  return withSiteFile(text, secretsMode, (file) => loadSite(file, { boards: testBoards }));
}

export function withSiteFile<Value>(text: string, secretsMode: number, use: (file: string) => Value): Value {
  const folder = mkdtempSync(join(tmpdir(), "weir-site-"));
  try {
    writeFileSync(join(folder, "secrets.yaml"), "row-a: { user: admin, password: test }\n");
    chmodSync(join(folder, "secrets.yaml"), secretsMode);
    writeFileSync(join(folder, "site.yaml"), text);
    return use(join(folder, "site.yaml"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function validSite(): Site {
  const loaded = loadText(validText);
  assert.ok(loaded.ok, loaded.ok ? "" : JSON.stringify(loaded.error, null, 2));
  return loaded.value;
}

export function problemsOf(text: string): readonly SiteProblem[] {
  const loaded = loadText(text);
  return loaded.ok ? [] : loaded.error;
}
