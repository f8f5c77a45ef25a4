import { suite } from "uvu";
import * as assert from "uvu/assert";
import { read, sources } from "./sources.ts";
import { holes, importsOf, impurities } from "./walls.ts";

const test = suite("walls between folders");

test("every file imports only what its folder may", () => {
  // This file speaks of forbidden imports.
  const others = sources().filter((file) => file !== "test/house/imports.test.ts");
  const found = others.flatMap((file) => holes(file, read(file)));
  assert.equal(found, []);
});

test("the core's code holds no clock, no chance, no timers, no classes", () => {
  const control = sources().filter((file) => file.startsWith("src/control/"));
  assert.ok(control.length > 0, "src/control has files");
  const found = control.flatMap((file) => impurities(read(file)).map((word) => `${file}: ${word}`));
  assert.equal(found, []);
});

test("every form of import is seen", () => {
  const text = `
    import { a } from "./a.ts"; import type { B } from "./b.ts"; import "./c.ts";
    export * from "./d.ts"; export { e } from './e.ts'; type F = import("./f.ts").F;
    const g = await import("./g.ts"); const h = await import(name); // import "./comment.ts"
    import {
      i,
    } from "./i.ts";
    const t = typeof import(\`./j.ts\`); const r = require("k");`;
  const seen = importsOf(text).toSorted();
  assert.equal(
    seen,
    ["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts", "./f.ts", "./g.ts", "./i.ts", "./j.ts", "?", "k"].toSorted(),
  );
});

const forbidden: readonly (readonly [file: string, statement: string])[] = [
  ["src/model/x.ts", 'import { readFileSync } from "node:fs";'],
  ["src/model/x.ts", 'import type { A } from "../control/a.ts";'],
  ["src/control/x.ts", 'import { encode } from "cbor-x";'],
  ["src/control/x.ts", 'import { createHash } from "node:crypto";'],
  ["src/control/deep/x.ts", 'type A = import("../../protocol/a.ts").A;'],
  ["src/control/x.ts", "const a = await import(name);"],
  ["src/protocol/x.ts", 'import { connect } from "node:net";'],
  ["src/protocol/x.ts", 'import { a } from "../drivers/a.ts";'],
  ["src/protocol/x.ts", 'import { SerialPort } from "serialport";'],
  ["src/views/x.ts", 'import { a } from "../runtime/a.ts";'],
  ["src/views/x.ts", 'import { write } from "node:fs";'],
  ["src/drivers/x.ts", 'import { step } from "../control/step.ts";'],
  ["src/drivers/x.ts", 'import { loadSite } from "../site/load-site.ts";'],
  ["src/sim/x.ts", 'import { decode } from "../protocol/decode.ts";'],
  ["src/sim/wires/x.ts", 'import type { A } from "../../drivers/a.ts";'],
  ["src/sim/wires/x.ts", 'import type { A } from "../../site/a.ts";'],
  ["src/sim/x.ts", 'import { step } from "../control/step.ts";'],
  ["src/shell/x.ts", 'import { step } from "../control/step.ts";'],
  ["src/runtime/x.ts", 'import { plant } from "../sim/plant/plant.ts";'],
  ["src/commands/run.ts", 'import { plant } from "../sim/plant/plant.ts";'],
  ["src/runtime/x.ts", 'import { a } from "../../test/a.ts";'],
  ["src/commands/run.ts", 'import { a } from "../../dist/src/a.js";'],
];

for (const [file, statement] of forbidden)
  test(`${file} may not say: ${statement}`, () => assert.is(holes(file, statement).length, 1));

const allowed: readonly (readonly [file: string, statement: string])[] = [
  ["src/control/deep/x.ts", 'import type { Reading } from "../../model/reading.ts";'],
  ["src/protocol/x.ts", 'import { createHash } from "node:crypto";'],
  ["src/protocol/x.ts", 'import { Encoder } from "cbor-x";'],
  ["src/drivers/x.ts", 'import { SerialPort } from "serialport";'],
  ["src/commands/demo.ts", 'import { plant } from "../sim/plant/plant.ts";'],
  ["test/x.ts", 'import { plant } from "../src/sim/plant/plant.ts";'],
];

for (const [file, statement] of allowed)
  test(`${file} may say: ${statement}`, () => assert.equal(holes(file, statement), []));

const impure = [
  "const a = Math.random();",
  "const { random } = Math;",
  "const m = Math; m.random();",
  'const a = Math["random"]();',
  "const now = Date.now();",
  "const { Date: D } = globalThis;",
  "setTimeout(() => {}, 1);",
  "const a = (() => {}).constructor;",
  "const a = process.env;",
  "const a = await import(name);",
  "class Tank {}",
];

for (const statement of impure)
  test(`the core may not say: ${statement}`, () => assert.ok(impurities(statement).length > 0));

test("the core may count, and may speak of dates in texts and comments", () => {
  assert.equal(impurities('const a = Math.max(1, 2); // not a Date\nconst b = "Date";'), []);
});

test.run();
