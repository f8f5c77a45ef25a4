import { existsSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { putDamagedAside, readDurable, writeDurable } from "../../src/store/durable-file.ts";
import { durableExample, temporaryFolder } from "./examples.ts";

const test = suite("durable file");

test("a folder without state is absent, not damaged", () => {
  assert.equal(readDurable(temporaryFolder()), { ok: false, error: { kind: "absent" } });
});

test("what was written last is read back", () => {
  const folder = temporaryFolder();
  writeDurable(folder, durableExample(1));
  writeDurable(folder, durableExample(2));
  assert.equal(readDurable(folder), { ok: true, value: durableExample(2) });
});

test("one changed byte is noticed, and the generation before is handed over as such", () => {
  const folder = temporaryFolder();
  writeDurable(folder, durableExample(1));
  writeDurable(folder, durableExample(2));
  const path = join(folder, "state");
  const bytes = readFileSync(path);
  for (let index = 0; index < bytes.length; index += 7) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 1;
    writeFileSync(path, changed);
    assert.equal(readDurable(folder), { ok: false, error: { kind: "damaged", previous: durableExample(1) } });
  }
});

test("a state cut short anywhere is damaged, never absent", () => {
  const folder = temporaryFolder();
  writeDurable(folder, durableExample(1));
  const path = join(folder, "state");
  for (let length = readFileSync(path).length - 1; length >= 0; length -= 5) {
    truncateSync(path, length);
    assert.equal(readDurable(folder), { ok: false, error: { kind: "damaged", previous: null } });
  }
});

test("a newest generation that vanished is damage while the one before stands", () => {
  const folder = temporaryFolder();
  writeDurable(folder, durableExample(1));
  writeDurable(folder, durableExample(2));
  rmSync(join(folder, "state"));
  assert.equal(readDurable(folder), { ok: false, error: { kind: "damaged", previous: durableExample(1) } });
});

test("a write cut off before its rename leaves the old state", () => {
  const folder = temporaryFolder();
  writeDurable(folder, durableExample(1));
  writeFileSync(join(folder, "state.new"), "weir-state 1 half");
  assert.equal(readDurable(folder), { ok: true, value: durableExample(1) });
});

test("a damaged state that was put aside stays damaged until the next write", () => {
  const folder = temporaryFolder();
  writeDurable(folder, durableExample(1));
  renameSync(join(folder, "state"), join(folder, "state.keep"));
  writeFileSync(join(folder, "state"), "nonsense");
  putDamagedAside(folder);
  assert.ok(existsSync(join(folder, "state.damaged")));
  assert.equal(readDurable(folder), { ok: false, error: { kind: "damaged", previous: null } });
  writeDurable(folder, durableExample(2));
  assert.equal(readDurable(folder), { ok: true, value: durableExample(2) });
});

test.run();
