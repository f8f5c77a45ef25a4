import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("set-up");

const root = fileURLToPath(new URL("../../../", import.meta.url));

function run(program: string, ...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8", cwd: "/" });
  return { status, stdout, stderr };
}

test("an unknown program ends with 2 and the usage, on standard error", () => {
  const { status, stdout, stderr } = run(process.execPath, `${root}scripts/setup.mjs`, "dance");
  assert.equal([status, stdout], [2, ""]);
  assert.match(stderr, /^usage: node scripts\/setup\.mjs/);
});

test("when everything is set up it says nothing", () => {
  assert.equal(run(process.execPath, `${root}scripts/setup.mjs`, "build"), { status: 0, stdout: "", stderr: "" });
});

test("scripts/weir runs a command from anywhere, and its exit code and output are the command's own", () => {
  const bad = run(`${root}scripts/weir`, "check", "/nowhere/site.yaml", "--json");
  assert.equal([bad.status, bad.stderr], [1, ""]);
  assert.is(JSON.parse(bad.stdout).good, false);
  assert.is(run(`${root}scripts/weir`, "check", "--help").status, 0);
  assert.is(run(`${root}scripts/weir`, "check").status, 2);
});

test.run();
