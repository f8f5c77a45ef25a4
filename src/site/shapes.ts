/** Checks a document's shape by its JSON schema, all errors at once, and fills defaults in. */
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { BoardFile } from "../model/generated/board.ts";
import type { FirmataBoardFile } from "../model/generated/firmata-board.ts";
import type { MinerModelFile } from "../model/generated/miner-model.ts";
import type { ScenarioFile } from "../model/generated/scenario.ts";
import type { SecretsFile } from "../model/generated/secrets.ts";
import type { SiteFile } from "../model/generated/site.ts";
import { fail, type Result, succeed } from "../model/result.ts";
import { dataFolder } from "./data-folder.ts";
import { type Document, locate, pointerOf } from "./document.ts";
import { excerpt, type Finding, type SiteProblem, suggestion } from "./problem.ts";

/** File shapes by the name of their schema. */
interface Shapes {
  site: SiteFile;
  board: BoardFile;
  "firmata-board": FirmataBoardFile;
  "miner-model": MinerModelFile;
  secrets: SecretsFile;
  scenario: ScenarioFile;
}

const validators = new Map<keyof Shapes, ValidateFunction>();

/** The document's value as the shape, with defaults; or every way in which it is not. */
export function checkShape<Name extends keyof Shapes>(
  document: Document,
  name: Name,
): Result<Shapes[Name], readonly SiteProblem[]> {
  const validate = validatorOf(name);
  const value = structuredClone(document.value);
  if (validate(value)) return succeed(value as Shapes[Name]);
  return fail(
    locate(
      document,
      (validate.errors ?? []).map((error) => findingOf(error, name === "secrets")),
    ),
  );
}

function validatorOf(name: keyof Shapes): ValidateFunction {
  const known = validators.get(name);
  if (known !== undefined) return known;
  const ajv = new Ajv2020({ allErrors: true, useDefaults: true, verbose: true, strict: true, allowUnionTypes: true });
  ajv.addKeyword({ keyword: "unit", schemaType: "string" });
  ajv.addKeyword({ keyword: "tsType", schemaType: "string" });
  const schema: unknown = JSON.parse(readFileSync(`${dataFolder()}schemas/${name}.schema.json`, "utf8"));
  assert.ok(typeof schema === "object" && schema !== null, `schema ${name} is an object`);
  const validate = ajv.compile(schema);
  validators.set(name, validate);
  return validate;
}

interface ParentSchema {
  readonly description?: string;
  readonly unit?: string;
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
}

function findingOf(error: ErrorObject, secret: boolean): Finding {
  const { instancePath: pointer, params } = error;
  const schema = (error.parentSchema ?? {}) as ParentSchema;
  const meaning = schema.description === undefined ? "" : ` (${schema.description})`;
  const found = secret ? "a value that is not shown here" : excerpt(error.data);
  const property = (params as Readonly<Record<string, unknown>>)["missingProperty"];
  if (error.keyword === "required" && typeof property === "string") {
    const wanted = schema.properties?.[property]?.description;
    const expected = `\`${property}\`${wanted === undefined ? "" : `: ${wanted}`}`;
    return { pointer, found: `no \`${property}\``, expected, remedy: `add \`${property}:\`` };
  }
  if (error.keyword === "additionalProperties") {
    const extra = String((params as Readonly<Record<string, unknown>>)["additionalProperty"]);
    return {
      pointer: `${pointer}${pointerOf(extra)}`,
      found: `unknown word ${excerpt(extra)}`,
      expected: "only words of the schema",
      remedy: suggestion(extra, Object.keys(schema.properties ?? {})),
    };
  }
  const unit = schema.unit === undefined || schema.unit === "1" ? "" : ` [${schema.unit}]`;
  return { pointer, found, expected: `${expectation(error)}${unit}${meaning}`, remedy: "correct the value" };
}

function expectation(error: ErrorObject): string {
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case "type":
      return `a value of type ${String(params["type"])}`;
    case "enum":
      return `one of ${(params["allowedValues"] as unknown[]).map((value) => excerpt(value)).join(", ")}`;
    case "const":
      return excerpt(params["allowedValue"]);
    case "pattern":
      return `a text of the form ${String(params["pattern"])}`;
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      return `a number ${String(params["comparison"])} ${String(params["limit"])}`;
    default:
      return error.message ?? error.keyword;
  }
}
