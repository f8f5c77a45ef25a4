/** Runs a share of the scenario files as tests: the runner works on several files at a time. */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { problemsText } from "../../../src/commands/check.ts";
import { loadScenario } from "../../../src/commands/simulate/load-scenario.ts";
import { realCore } from "../../../src/commands/simulate/real-core.ts";
import { resultText } from "../../../src/commands/simulate/report.ts";
import { runScenario } from "../../../src/sim/closed-loop/run.ts";

const folder = fileURLToPath(new URL("../../../../test/scenarios/", import.meta.url));

/** Every scenario file of the repository. */
export function scenarioFiles(): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort();
}

/** Adds a test for every `of`-th scenario from the `share`-th on. */
export function addScenarios(test: Test, share: number, of: number): void {
  for (const name of scenarioFiles().filter((_, index) => index % of === share))
    test(`${name}: every expectation and every invariant holds`, () => {
      const loaded = loadScenario(`${folder}${name}`, undefined);
      if (!loaded.ok) throw new Error(problemsText(loaded.error));
      assert.is(`${loaded.value.scenario.name}.json`, name);
      const result = runScenario(loaded.value.scenario, loaded.value.site, realCore, { traces: loaded.value.traces });
      if (typeof result === "string") throw new Error(result);
      assert.ok(result.good, resultText(result));
    });
}
