import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadContract } from "../../../src/drivers/broker/load-contract.ts";
import { messageNames } from "../../../src/protocol/messages/contract.ts";
import { encodeKeyed } from "../../../src/protocol/messages/encode.ts";
import { telemetryMessage } from "../../../src/protocol/messages/figures.ts";
import { boot } from "../../control/dispatch/bench.ts";
import { reportSite, reportSnapshot } from "./snapshot.ts";

const test = suite("examples of the contract's README");
const contract = loadContract();
const readme = readFileSync(new URL("../../../../schemas/README.md", import.meta.url), "utf8");

test("every example fits the schema it stands for", () => {
  const examples = [...readme.matchAll(/```json (\w+)\n([\s\S]*?)```/g)];
  assert.ok(examples.length >= 5, `${examples.length} examples`);
  for (const [, schema = "", text = ""] of examples) {
    const name = messageNames.find((candidate) => candidate === schema);
    assert.ok(name !== undefined, `${schema} is a schema`);
    if (name !== undefined) assert.ok(contract.fits[name](JSON.parse(text)), `${schema}: ${text}`);
  }
});

test("the bytes shown are those of the encoder", () => {
  const telemetry = telemetryMessage(reportSite(), reportSnapshot(), { boot, sequence: 9 }, contract.keys);
  const hex = Buffer.from(encodeKeyed("telemetry", telemetry, contract.keys)).toString("hex");
  const shown = readme.slice(readme.indexOf("b8 1a  "));
  const parts = shown
    .slice(0, shown.indexOf("```"))
    .split("\n")
    .map((line) => /^ *((?:[0-9a-f]{2,} )*[0-9a-f]{2,})(?: |$)/.exec(line)?.[1]?.replaceAll(" ", "") ?? "");
  assert.ok(parts.filter((part) => part !== "").length >= 10);
  for (const part of parts) assert.ok(hex.includes(part), part);
});

test("every rejection is explained", () => {
  const schema = JSON.parse(
    readFileSync(new URL("../../../../schemas/acknowledgement.schema.json", import.meta.url), "utf8"),
  ) as { properties: { rejection: { enum: string[] } } };
  for (const code of schema.properties.rejection.enum) assert.ok(readme.includes(`\`${code}\``), code);
});

test.run();
