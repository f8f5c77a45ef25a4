/** Random days of random containers, one after the other; each that violates an invariant is written down, and at the end stands what was visited. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { realCore } from "../../src/commands/simulate/real-core.ts";
import { resultText } from "../../src/commands/simulate/report.ts";
import { buildSite } from "../../src/sim/closed-loop/build-site.ts";
import { randomDay } from "../../src/sim/closed-loop/random-life.ts";
import { runScenario } from "../../src/sim/closed-loop/run.ts";
import type { Scenario } from "../../src/sim/closed-loop/scenario.ts";
import { openVisits, type Visits } from "./coverage.ts";

/** The real core, with what it decided in each of its scans taken note of. */
function watched(visits: Visits): typeof realCore {
  return {
    start: realCore.start,
    step: (state, image, site) => {
      const result = realCore.step(state, image, site);
      visits.see(result.decision);
      return result;
    },
  };
}

const folder = fileURLToPath(new URL("../../../.weir/", import.meta.url));

/** Exit code 0: all days held; 1: one did not, and its scenario file is named; 2: wrong use. */
export function soak([days = "10", seed = "1", machines]: readonly string[]): number {
  const count = Number(days);
  const first = Number(seed);
  const size = machines === undefined ? undefined : Number(machines);
  if (!isWhole(count, 1) || !isWhole(first, 0) || (size !== undefined && !isWhole(size, 1))) {
    console.error("usage: npm run soak -- core [DAYS] [SEED] [MACHINES], whole numbers");
    return 2;
  }
  const tripped = new Map<string, number>();
  const visits = openVisits();
  const violated: number[] = [];
  for (let day = first; day < first + count; day += 1)
    if (!soakDay(randomDay(day, size), tripped, visits)) violated.push(day);
  const visited = [...tripped].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, times]) => `${name} ${times}`);
  console.log(visits.lines().join("\n"));
  console.log(`tripped on the way: ${visited.join(", ") || "nothing"}`);
  const missing = visits.missing();
  if (missing.length > 0) console.log(`${missing.length} codes were not visited: ${missing.join(", ")}`);
  if (violated.length === 0) console.log(`${count} days held`);
  else console.log(`violated: seeds ${violated.join(", ")}`);
  return violated.length === 0 ? 0 : 1;
}

function isWhole(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}

function soakDay(scenario: Scenario, tripped: Map<string, number>, visits: Visits): boolean {
  const { seed } = scenario;
  const { builder } = scenario.site;
  if (builder === undefined) throw new RangeError("a random day has a builder");
  const begun = performance.now();
  const usedBefore = process.cpuUsage();
  const result = runScenario(scenario, buildSite(builder), watched(visits), {
    until: (violations) => violations.length > 0,
  });
  if (typeof result === "string") throw new RangeError(result);
  const { measures, violations } = result;
  for (const name of measures.tripped) {
    const kind = name.replace(/-\d+/, "");
    tripped.set(kind, (tripped.get(kind) ?? 0) + 1);
  }
  const spent = ((performance.now() - begun) / 1000).toFixed(1);
  const { user, system } = process.cpuUsage(usedBefore);
  const processor = ((user + system) / 1_000_000).toFixed(1);
  if (violations.length === 0) {
    console.log(
      `seed ${seed}: held, ${measures.starts.total} starts, tripped ${measures.tripped.length} times, ${spent} s, ${processor} s of processor time`,
    );
    return true;
  }
  mkdirSync(folder, { recursive: true });
  const file = `${folder}soak-${seed}.json`;
  const end = Math.ceil((violations[0]?.atSeconds ?? 0) + 60);
  const cut = {
    ...scenario,
    durationSeconds: end,
    events: scenario.events.filter(({ atSeconds }) => atSeconds <= end),
  };
  writeFileSync(file, JSON.stringify(cut, null, 2));
  console.log(
    `${resultText({ ...result, failures: [] })}\nseed ${seed}; again with: scripts/weir simulate --scenario ${file}`,
  );
  return false;
}
