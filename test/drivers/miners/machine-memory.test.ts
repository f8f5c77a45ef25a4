/** What the links remember, on a real disk: whole after a flush, together for many, and good again after a disk that was not. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openMachineMemory } from "../../../src/drivers/miners/machine-memory.ts";

const test = suite("memory of the machines");

const folder = mkdtempSync(join(tmpdir(), "weir-memory-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const stored = (file: string): Record<string, unknown> => JSON.parse(readFileSync(file, "utf8"));
const document = { pools: [{ url: "stratum+tcp://a", user: "b", pass: "x" }], "bitmain-work-mode": "0" };

test("when a flush is over, all that was remembered before it is on the disk, for nobody else to read", async () => {
  const file = join(folder, "many.json");
  const memory = openMachineMemory(file);
  const names = Array.from({ length: 100 }, (_, index) => `m "${index}"`);
  await Promise.all(
    names.map(async (name, index) => {
      // As a shed does: each machine's answer comes at its own time, most of them while others are stored.
      for (let turns = index % 10; turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
      const unprovenWrite = { document, mode: index };
      memory.remember(name, { unprovenWrite });
      await memory.flush();
      assert.equal(stored(file)[name], { unprovenWrite });
    }),
  );
  assert.is(statSync(file).mode & 0o777, 0o600);
  await memory.stop();
  const reader = openMachineMemory(file);
  for (const [index, name] of names.entries()) assert.is(reader.recall(name).unprovenWrite?.mode, index);
  await reader.stop();
});

test("what is known anew takes the place of the old on the disk as well", async () => {
  const file = join(folder, "anew.json");
  const memory = openMachineMemory(file);
  memory.remember("a", { mac: "02:00:00:00:00:01", runMode: 3 });
  await memory.flush();
  memory.replace("a", { mac: "02:00:00:00:00:02" });
  await memory.flush();
  assert.equal(stored(file), { a: { mac: "02:00:00:00:00:02" } });
  await memory.stop();
});

test("a disk that takes nothing holds nobody up, and gets all once it does", async () => {
  const place = join(folder, "later");
  const memory = openMachineMemory(join(place, "memory.json"));
  memory.remember("a", { runMode: 3 });
  await memory.flush();
  assert.is(memory.recall("a").runMode, 3);
  mkdirSync(place);
  await memory.flush();
  assert.equal(stored(join(place, "memory.json")), { a: { runMode: 3 } });
  await memory.stop();
});

test.run();
