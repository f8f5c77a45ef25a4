import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("weir simulate");

const program = fileURLToPath(new URL("../../src/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "weir-simulate-"));
test.after(() => rmSync(folder, { recursive: true }));

const pumpFailure = {
  version: 1,
  name: "pump-failure",
  description: "A pump breaks.",
  site: { builder: { machinesPerTank: 3 } },
  durationSeconds: 300,
  events: [{ atSeconds: 200, fault: { fault: "pump-broken", target: "tank-1" } }],
  expect: { trips: ["tank-1/flow"] },
};

function simulate(scenario: unknown, ...words: readonly string[]) {
  const file = join(folder, "scenario.json");
  writeFileSync(file, JSON.stringify(scenario));
  return spawnSync(process.execPath, [program, "simulate", "--scenario", file, ...words], { encoding: "utf8" });
}

test("a run that holds ends with 0 and says what it came to", () => {
  const { status, stdout, stderr } = simulate(pumpFailure);
  assert.equal([status, stderr], [0, ""]);
  assert.match(stdout, /^good {2}pump-failure, seed 1, 0\.08 h in 300 scans\n/);
  assert.match(stdout, /trips {5}tank-1\/flow\n$/);
});

test("an expectation that is not met ends with 1 and is told, for people and for programs", () => {
  const wrong = { ...pumpFailure, expect: { trips: [], floors: [{ watts: 1e6, fromSeconds: 100 }] } };
  const { status, stdout } = simulate(wrong);
  assert.is(status, 1);
  assert.match(stdout, /expected {2}tripped: tank-1\/flow; expected: nothing/);
  const json = simulate(wrong, "--json", "--seed", "3", "--hours", "0.07");
  assert.is(json.status, 1);
  const result = JSON.parse(json.stdout) as { good: boolean; seed: number; seconds: number; failures: string[] };
  assert.equal([result.good, result.seed, result.seconds], [false, 3, 252]);
  assert.is(result.failures.length, 2);
});

test("a chart is drawn", () => {
  const chart = join(folder, "chart.svg");
  assert.is(simulate(pumpFailure, "--chart", chart).status, 0);
  assert.match(readFileSync(chart, "utf8"), /^<svg .*<polyline /s);
});

test("a file that cannot be used ends with 2 and says place and remedy", () => {
  const words = simulate({ ...pumpFailure, duration: 5 });
  assert.is(words.status, 2);
  assert.match(words.stderr, /unknown word "duration"/);
  const stranger = simulate({
    ...pumpFailure,
    events: [{ atSeconds: 1, fault: { fault: "pump-broken", target: "tank-9" } }],
  });
  assert.is(stranger.status, 2);
  assert.match(stranger.stderr, /\/events\/0\/fault\/target\n {2}found {5}tank-9/);
  assert.is(simulate(pumpFailure, "--hours", "-1").status, 2);
});

test.run();
