import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { changed, testBoards, validText, withSiteFile } from "../site/site-under-test.ts";

const test = suite("weir check");

const program = fileURLToPath(new URL("../../src/main.js", import.meta.url));

function weir(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: "utf8" });
  return { status, stdout, stderr };
}

function checkText(text: string, ...options: readonly string[]) {
  return withSiteFile(text, 0o600, (file) => weir("check", file, "--boards", testBoards, ...options));
}

test("a good site ends with 0 and says what it is", () => {
  const { status, stdout, stderr } = checkText(validText);
  assert.equal([status, stderr], [0, ""]);
  assert.match(stdout, /is good: container test-c01/);
  assert.match(stdout, /rated 60\.0 kW, without dispatcher 20\.0 kW; machines 37\.3 kW, auxiliaries 3\.0 kW/);
  assert.match(stdout, /line {6}cooling: 9600 Bd on \/dev\/null-line-2, 8 points of temperatures, io-1/);
  assert.match(stdout, /tank-1: 11 machines, derates at 45 °C, trips at 50 °C, 2 sensors/);
});

test("a bad site ends with 1 and says place, found, expected and what to do", () => {
  const { status, stdout } = checkText(changed(["limitWatts: 20000", "limitWatts: 70000"]));
  assert.is(status, 1);
  assert.match(
    stdout,
    /site\.yaml:8 {2}\/failsafe\/limitWatts\n {2}found {5}70000 W\n {2}expected {2}at most ratedWatts, 60000 W\n {2}to do {5}lower/,
  );
  assert.match(stdout, /\n1 problem\n$/);
});

test("a board is checked alone, while it is written", () => {
  const good = weir("check", `${testBoards}meters/plain-meter.yaml`);
  assert.equal([good.status, good.stderr], [0, ""]);
  assert.match(good.stdout, /is good: a site names this board plain-meter/);
  withBoard("kind: meter\nvendor: Test\n", (file) => {
    const { status, stdout } = weir("check", file);
    assert.is(status, 1);
    assert.match(stdout, /no `model`/);
    assert.match(stdout, /no `points`/);
    const told = JSON.parse(weir("check", file, "--json").stdout);
    assert.equal([told.good, told.problems.length > 3, told.board.kind], [false, true, "modbus"]);
  });
  assert.match(weir("check", `${testBoards}meters/no-meter.yaml`).stdout, /no such file/);
});

/** A board of this text in a library of its own; gone afterwards. */
function withBoard(text: string, use: (file: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "weir-board-"));
  try {
    mkdirSync(join(folder, "meters"));
    writeFileSync(join(folder, "meters", "new.yaml"), text);
    use(join(folder, "meters", "new.yaml"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("--json prints one document and nothing else", () => {
  const good = checkText(validText, "--json");
  assert.is(JSON.parse(good.stdout).site.machines, 11);
  const bad = checkText(changed(["limitWatts: 20000", "limitWatts: 70000"]), "--json");
  assert.is(bad.status, 1);
  const { problems } = JSON.parse(bad.stdout);
  assert.equal([problems.length, problems[0].line, problems[0].pointer], [1, 8, "/failsafe/limitWatts"]);
});

test("wrong use ends with 2, help with 0 and examples", () => {
  assert.is(weir("check").status, 2);
  assert.is(weir("check", "a.yaml", "--sideways").status, 2);
  const help = weir("check", "--help");
  assert.is(help.status, 0);
  assert.match(help.stdout, /Examples:\n {2}weir check site\.yaml/);
});

test("a file that is not there ends with 1 and names it", () => {
  const { status, stdout } = weir("check", "/nowhere/site.yaml");
  assert.is(status, 1);
  assert.match(stdout, /^\/nowhere\/site\.yaml:1/);
});

test.run();
