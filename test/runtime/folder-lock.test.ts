import { spawn } from "node:child_process";
import { once } from "node:events";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lockFolder } from "../../src/runtime/folder-lock.ts";
import { temporaryFolder } from "../store/examples.ts";
import { withDeadline } from "../waiting.ts";

const test = suite("folder lock");

test("a second one is refused, also under another name of the folder, until the first is released", async () => {
  const folder = join(temporaryFolder(), "deep/data");
  const first = await lockFolder(folder);
  assert.ok(first.ok);
  const alias = join(temporaryFolder(), "alias");
  symlinkSync(folder, alias);
  assert.equal(await lockFolder(alias), { ok: false, error: { kind: "in-use", folder: alias } });
  if (first.ok) first.value.release();
  const again = await lockFolder(folder);
  assert.ok(again.ok);
  if (again.ok) again.value.release();
});

test("a controller that was killed leaves no lock behind", async () => {
  const folder = temporaryFolder();
  const module = new URL("../../src/runtime/folder-lock.js", import.meta.url).href;
  const program = `const { lockFolder } = await import(${JSON.stringify(module)});
    console.log((await lockFolder(process.argv[1])).ok); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, folder]);
  await withDeadline(once(child.stdout, "data"), 5_000, "the child's lock");
  assert.not((await lockFolder(folder)).ok);
  child.kill("SIGKILL");
  await withDeadline(once(child, "exit"), 5_000, "the child's end");
  const after = await lockFolder(folder);
  assert.ok(after.ok);
  if (after.ok) after.value.release();
});

test("a folder that cannot be made is told apart from one in use", async () => {
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  const refused = await lockFolder(join(file, "data"));
  assert.ok(!refused.ok && refused.error.kind === "unusable");
});

test.run();
