import { basename } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { generateTypes } from "../../scripts/generate.ts";
import { unitOf } from "../../src/site/units.ts";
import { filesBelow, read } from "./sources.ts";

const test = suite("schemas");

/** Units of things that are counted or that have none. */
const bare = ["1"];
/** The unit stands in another name: a point's, a parent's. */
const elsewhere = "of the point";

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every numeric property of a schema, with the name that has to carry its unit, and what is wrong with it. */
function unitFaults(schema: unknown, name: string, path: string): string[] {
  if (!isNode(schema)) return [];
  const faults: string[] = [];
  const { type, unit } = schema;
  if (type === "number" || type === "integer") faults.push(...wrongUnit(name, unit, path));
  // `ratedWatts: {value, source}`: the value is named by its parent.
  for (const [key, child] of Object.entries(isNode(schema["properties"]) ? schema["properties"] : {}))
    faults.push(...unitFaults(child, key === "value" ? name : key, `${path}/${key}`));
  for (const [key, child] of Object.entries(isNode(schema["$defs"]) ? schema["$defs"] : {}))
    faults.push(...unitFaults(child, key, `${path}/$defs/${key}`));
  for (const key of ["items", "additionalProperties"]) faults.push(...unitFaults(schema[key], name, `${path}/${key}`));
  for (const key of ["oneOf", "anyOf", "allOf", "prefixItems"])
    if (Array.isArray(schema[key]))
      for (const child of schema[key]) faults.push(...unitFaults(child, name, `${path}/${key}`));
  return faults;
}

function wrongUnit(name: string, unit: unknown, path: string): string[] {
  if (typeof unit !== "string") return [`${path}: no unit`];
  if (unit === elsewhere) return [];
  const expected = /(^at|At)$/.test(name) ? "ms" : /baudRates?$/i.test(name) ? "Bd" : unitOf(name);
  if (expected === null ? bare.includes(unit) : expected === unit) return [];
  return [`${path}: unit ${unit}, but the name says ${expected ?? "none (then 1)"}`];
}

const schemas = filesBelow("schemas", ".schema.json");

for (const file of schemas)
  test(`${basename(file)}: every number has a unit, and its name agrees`, () => {
    assert.equal(unitFaults(JSON.parse(read(file)), "", ""), []);
  });

test("there are schemas, and a missing or disagreeing unit is found", () => {
  assert.ok(schemas.length > 5);
  const broken = { properties: { powerWatts: { type: "number", unit: "kW" }, limitWatts: { type: "number" } } };
  assert.is(unitFaults(broken, "", "").length, 2);
  const good = { properties: { powerWatts: { type: "number", unit: "W" }, issuedAt: { type: "integer", unit: "ms" } } };
  assert.equal(unitFaults(good, "", ""), []);
});

test("every word of a schema has a meaning", () => {
  for (const file of schemas) assert.not.ok(/"description": ""/.test(read(file)), file);
});

test("the committed types are those of the schemas", async () => {
  assert.equal(await generateTypes(true), []);
});

test.run();
