/** What is known of dialects as such agrees with what the drivers can do. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { abilities } from "../../src/drivers/miners/abilities.ts";
import { takesCommands, tellsItself } from "../../src/model/dialects.ts";
import type { MinerDialect } from "../../src/model/site.ts";

const test = suite("dialects");

for (const dialect of Object.keys(abilities) as MinerDialect[])
  test(`${dialect}: the core sends to sleep what the driver can send to sleep, and nothing else`, () => {
    assert.is(takesCommands(dialect), abilities[dialect].sleep !== undefined);
  });

test("only a machine without an API tells nothing", () => {
  assert.not.ok(tellsItself("none"));
  assert.ok(tellsItself("ebang"));
});

test.run();
