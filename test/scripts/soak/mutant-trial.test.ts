/** A mutant is dead by its own doing only: a jury that falls for a reason of its own says nothing, and that it does is said. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Yard } from "../../../scripts/soak/mutants/compile.ts";
import type { Mutant } from "../../../scripts/soak/mutants/mutant.ts";
import type { MappedFile } from "../../../scripts/soak/mutants/test-map.ts";
import { type Fate, tryMutant } from "../../../scripts/soak/mutants/trial.ts";

const test = suite("trial of a mutant");

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const core = `${root}dist/src/control/step-limit.js`;
/** Goes with the process. */
const folder = mkdtempSync(join(tmpdir(), "weir-mutant-"));
process.once("exit", () => rmSync(folder, { recursive: true }));
const asIs = readFileSync(core, "utf8");
const asked = "what is over is forgotten, and nothing is made anew where nothing changes";
const mutant: Mutant = {
  name: "one",
  file: "step-limit.ts",
  text: "",
  into: "",
  stands: "a change for this test",
  by: "control/step-limit",
};

/** The map of one test, which is said to run every line of the core's file. */
function mapped({ file = "control/step-limit", number = 4, name = asked }): readonly MappedFile[] {
  const lines = { "step-limit.js": "f".repeat(asIs.length) };
  return [{ file, loading: {}, tests: [{ file, number, name, milliseconds: 10, passes: true, lines }] }];
}

/** What becomes of the core with this text in the place of its step limit. */
async function fateOf(text: string, map = mapped({})): Promise<Fate> {
  const by = join(folder, "step-limit.js");
  writeFileSync(by, text);
  const change = { url: pathToFileURL(core).href, by, file: "step-limit.js", lines: [0, 1] } as const;
  const yard: Yard = { folder: root, changes: new Map([[mutant.name, change]]) };
  return await tryMutant(yard, { ...mutant, by: map[0]?.file ?? mutant.by }, map, null, "own");
}

const verdictOf = ({ dead, trouble }: Fate): string => (trouble === null ? (dead ? "dead" : "lives") : "void");

test("the core as it is lives", async () => {
  assert.is(verdictOf(await fateOf(asIs)), "lives");
});

test("one that a test notices is dead by that test", async () => {
  const changed = asIs.replace("if (watts > 0)", "if (watts < 0)");
  assert.is.not(changed, asIs);
  const fate = await fateOf(changed);
  assert.equal([verdictOf(fate), fate.by, fate.test], ["dead", "control/step-limit", asked]);
});

test("one that does not load is dead, and one that ends the process within a test", async () => {
  const unloaded = await fateOf(`${asIs}\nthrow new RangeError("too much");`);
  assert.equal([verdictOf(unloaded), unloaded.test], ["dead", "RangeError: too much"]);
  const ended = await fateOf(asIs.replace("if (watts > 0)", "process.exit(3);\nif (watts > 0)"));
  assert.equal([verdictOf(ended), ended.test], ["dead", `${asked} (it ended without a word)`]);
});

test("a test file that is gone is void", async () => {
  const fate = await fateOf(asIs, mapped({ file: "control/never-written" }));
  assert.is(verdictOf(fate), "void");
  assert.match(fate.trouble ?? "", /Cannot find module/);
});

test("a map that is older than its test file is void, by number and by name", async () => {
  assert.match((await fateOf(asIs, mapped({ number: 99 }))).trouble ?? "", /test 99 of control\/step-limit is not/);
  assert.match((await fateOf(asIs, mapped({ name: "another" }))).trouble ?? "", /is not "another"/);
});

test("a jury that cannot read a file, once, is void", async () => {
  const flag = JSON.stringify(join(folder, "asked"));
  const stumbles = `if (!existsSync(${flag})) { writeFileSync(${flag}, ""); readFileSync("/never/written"); }`;
  const changed = asIs.replace("if (watts > 0)", `${stumbles}\nif (watts > 0)`);
  const fate = await fateOf(`import { existsSync, readFileSync, writeFileSync } from "node:fs";\n${changed}`);
  assert.match(fate.trouble ?? "", /^asked again it answers; before it ended with: Error: ENOENT/);
});

test.run();
