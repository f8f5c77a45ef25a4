import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root } from "./sources.ts";

const test = suite("the linter really fails");

interface Sample {
  readonly file: string;
  readonly text: string;
  /** Rule that must fire; null: nothing may. */
  readonly rule: string | null;
}

const restrictedImport = "style/noRestrictedImports";
const restrictedGlobal = "style/noRestrictedGlobals";

const samples: readonly Sample[] = [
  { file: "src/model/good.ts", text: "export const one = 1;", rule: null },
  {
    file: "src/control/good.ts",
    text: 'import { one } from "../model/good.ts";\n\nexport const two = one + 1;',
    rule: null,
  },
  {
    file: "src/control/deep/good.ts",
    text: 'import { one } from "../../model/good.ts";\nimport { two } from "../good.ts";\n\nexport const three = one + two;',
    rule: null,
  },
  {
    file: "src/protocol/good.ts",
    text: 'import { createHash } from "node:crypto";\nimport { one } from "../model/good.ts";\n\nexport const hash = createHash("md5").update(Buffer.alloc(one)).digest("hex");',
    rule: null,
  },
  { file: "src/runtime/good.ts", text: "export const now = (): number => performance.now();", rule: null },
  { file: "src/control/driver.ts", text: 'export { now } from "../runtime/good.ts";', rule: restrictedImport },
  { file: "src/control/deep/driver.ts", text: 'export { now } from "../../runtime/good.ts";', rule: restrictedImport },
  {
    file: "src/control/deep/deeper/driver.ts",
    text: 'export { now } from "../../../runtime/good.ts";',
    rule: restrictedImport,
  },
  {
    file: "src/control/deep/deeper/good.ts",
    text: 'export { two } from "../../good.ts";\nexport { three } from "../good.ts";',
    rule: null,
  },
  { file: "src/protocol/deep/driver.ts", text: 'export { now } from "../../runtime/good.ts";', rule: restrictedImport },
  {
    file: "src/control/package.ts",
    text: 'import { encode } from "cbor-x";\n\nexport const e = encode;',
    rule: restrictedImport,
  },
  {
    file: "src/control/node.ts",
    text: 'import { readFileSync } from "node:fs";\n\nexport const r = readFileSync;',
    rule: "correctness/noNodejsModules",
  },
  {
    file: "src/control/type.ts",
    text: 'import type { now } from "../runtime/good.ts";\n\nexport type N = typeof now;',
    rule: restrictedImport,
  },
  {
    file: "src/control/dynamic.ts",
    text: 'export const late = () => import("../runtime/good.ts");',
    rule: restrictedImport,
  },
  { file: "src/control/date.ts", text: "export const now = (): number => Date.now();", rule: restrictedGlobal },
  { file: "src/control/timer.ts", text: "export const timer = setTimeout(() => {}, 1);", rule: restrictedGlobal },
  { file: "src/control/global.ts", text: "export const now = (): unknown => globalThis;", rule: restrictedGlobal },
  { file: "src/control/print.ts", text: "console.log(1);", rule: "suspicious/noConsole" },
  { file: "src/model/control.ts", text: 'export { two } from "../control/good.ts";', rule: restrictedImport },
  {
    file: "src/protocol/net.ts",
    text: 'import { connect } from "node:net";\n\nexport const c = connect;',
    rule: restrictedImport,
  },
  {
    file: "src/protocol/clock.ts",
    text: "export const now = (): number => performance.now();",
    rule: restrictedGlobal,
  },
  { file: "src/views/runtime.ts", text: 'export { now } from "../runtime/good.ts";', rule: restrictedImport },
  { file: "src/drivers/control.ts", text: 'export { two } from "../control/good.ts";', rule: restrictedImport },
  { file: "src/sim/protocol.ts", text: 'export { hash } from "../protocol/good.ts";', rule: restrictedImport },
  { file: "src/sim/plant.ts", text: "export const plant = 1;", rule: null },
  { file: "src/runtime/sim.ts", text: 'export { plant } from "../sim/plant.ts";', rule: restrictedImport },
  { file: "src/runtime/any.ts", text: "export const a = (b: any): unknown => b;", rule: "suspicious/noExplicitAny" },
  {
    file: "src/runtime/null.ts",
    text: "export const a = (b: string | null): string => b!;",
    rule: "style/noNonNullAssertion",
  },
  { file: "src/runtime/default.ts", text: "export default 1;", rule: "style/noDefaultExport" },
  { file: "src/runtime/ending.ts", text: 'export { now } from "./good";', rule: "correctness/useImportExtensions" },
  {
    file: "src/runtime/undeclared.ts",
    text: 'import { a } from "left-pad";\n\nexport const b = a;',
    rule: "correctness/noUndeclaredDependencies",
  },
  {
    file: "src/runtime/cycle-a.ts",
    text: 'import { b } from "./cycle-b.ts";\n\nexport const a = (): unknown => b;',
    rule: "suspicious/noImportCycles",
  },
  {
    file: "src/runtime/cycle-b.ts",
    text: 'import { a } from "./cycle-a.ts";\n\nexport const b = (): unknown => a;',
    rule: "suspicious/noImportCycles",
  },
  {
    file: "src/runtime/floating.ts",
    text: "async function later(): Promise<void> {}\n\nexport function start(): void {\n  later();\n}",
    rule: "nursery/noFloatingPromises",
  },
  {
    file: "src/runtime/long-file.ts",
    text: Array.from({ length: 310 }, (_, line) => `export const a${line} = ${line};`).join("\n"),
    rule: "style/noExcessiveLinesPerFile",
  },
  {
    file: "src/runtime/switch.ts",
    text: 'export function f(a: "x" | "y"): number {\n  switch (a) {\n    case "x":\n      return 1;\n  }\n  return 2;\n}',
    rule: "nursery/useExhaustiveSwitchCases",
  },
];

/** Rules that fired, by file, as the linter of this repository sees the samples. */
function lintSamples(): ReadonlyMap<string, readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "weir-lint-"));
  try {
    for (const file of ["biome.json", "package.json", "tsconfig.json"]) cpSync(`${root}${file}`, join(folder, file));
    symlinkSync(`${root}node_modules`, join(folder, "node_modules"));
    for (const { file, text } of samples) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${text}\n`);
    }
    const biome = join(folder, "node_modules/@biomejs/biome/bin/biome");
    const words = ["lint", "--reporter=github", "--max-diagnostics=none", "."];
    const { stdout, stderr } = spawnSync(process.execPath, [biome, ...words], { cwd: folder, encoding: "utf8" });
    const fired = new Map<string, string[]>();
    for (const [, rule, file] of stdout.matchAll(/title=lint\/([^,]+),file=([^,]+),/g)) {
      const path = (file ?? "").replace(`${folder}/`, "");
      fired.set(path, [...(fired.get(path) ?? []), rule ?? ""]);
    }
    assert.ok(fired.size > 0, `the linter reported something: ${stdout}${stderr}`);
    return fired;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const fired = lintSamples();

for (const { file, rule } of samples)
  test(rule === null ? `${file} is clean` : `${file} breaks ${rule}`, () => {
    const rules = fired.get(file) ?? [];
    if (rule === null) assert.equal(rules, []);
    else assert.ok(rules.includes(rule), `fired: ${rules.join(", ") || "nothing"}`);
  });

test.run();
