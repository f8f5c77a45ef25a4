import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type FileLimits, runFile } from "../../scripts/testing/run-file.ts";
import { compiledFile, faultsInText } from "../../scripts/testing/select-files.ts";
import { root } from "./sources.ts";

const test = suite("the test runner");

/** The machine may be busy, so that only the samples that must reach a limit have a short one. */
const patient: FileLimits = { deadlineMilliseconds: 30_000, closingMilliseconds: 4000 };

async function runSample(name: string, limits: FileLimits = patient) {
  const file = `test/house/samples/${name}.ts`;
  const outcome = await runFile(file, compiledFile(file), limits);
  return { ...outcome, faults: [...faultsInText(file), ...outcome.faults] };
}

const faulty: readonly (readonly [sample: string, fault: RegExp])[] = [
  ["no-run", /\.run\(\) is missing/],
  ["second-suite-not-run", /other\.run\(\) is missing/],
  ["no-tests", /a suite has no tests/],
  ["before-throws", /a before hook threw/],
  ["after-throws", /ended with 1 before its tests were over/],
  ["import-throws", /ended with 1 before its tests were over/],
  ["exits-early", /a promise never settles, or the process was ended/],
  ["never-settles", /a promise never settles/],
  ["only-left-in", /\.only\( is left in/],
  ["uncaught", /an error outside the tests/],
  ["unhandled-rejection", /an error outside the tests/],
];

for (const [sample, fault] of faulty)
  test(`finds a fault in ${sample}`, async () => {
    const { faults } = await runSample(sample);
    assert.match(faults.join("; "), fault);
  });

test("waits for what is slow to end, and names what stays open", async () => {
  const [handle, child, hanging] = await Promise.all([
    runSample("handle-open", { ...patient, closingMilliseconds: 500 }),
    runSample("process-left", { ...patient, closingMilliseconds: 500 }),
    runSample("never-settles-open", { ...patient, deadlineMilliseconds: 2000 }),
  ]);
  assert.match(handle.faults.join("; "), /still open .* TCPServerWrap/);
  assert.match(child.faults.join("; "), /left processes running: sleep 30/);
  assert.match(hanging.faults.join("; "), /not over after 2 s/);
});

test("counts what passes, fails and is skipped", async () => {
  const [failing, each, skipped, good] = await Promise.all(
    ["failing", "before-each-throws", "skipped", "good"].map((name) => runSample(name)),
  );
  assert.equal([failing?.passed, failing?.failed, failing?.faults], [1, 1, []]);
  assert.match(failing?.output ?? "", /as it must/);
  assert.equal([each?.passed, each?.failed], [0, 1]);
  assert.equal([skipped?.passed, skipped?.skipped, skipped?.faults], [1, 1, []]);
  assert.equal([good?.passed, good?.failed, good?.skipped, good?.faults], [1, 0, 0, []]);
});

function runCommand(...patterns: readonly string[]) {
  const ended = spawnSync(process.execPath, [`${root}dist/scripts/test.js`, ...patterns], { encoding: "utf8" });
  return { status: ended.status, lastLine: ended.stdout.trimEnd().split("\n").at(-1) };
}

test("its last line and its exit code say how it went", () => {
  const samples = "test/house/samples/";
  assert.equal(runCommand(`${samples}good.ts`), { status: 0, lastLine: "1 passed, 0 failed" });
  assert.equal(runCommand(`${samples}good.ts`, `${samples}failing.ts`), { status: 1, lastLine: "2 passed, 1 failed" });
  assert.equal(runCommand(`${samples}skipped.ts`), { status: 0, lastLine: "1 passed, 0 failed, 1 skipped" });
  assert.equal(runCommand(`${samples}no-run.ts`), { status: 1, lastLine: "0 passed, 1 failed" });
});

test("a pattern that matches nothing fails", () => {
  assert.equal(runCommand("no-such-test"), { status: 1, lastLine: "0 passed, 1 failed" });
});

test.run();
