/** What is commanded before the process ends in an impossible state, and whose sleep the next start may end. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Decision, MinerPhase } from "../../src/model/decision.ts";
import type { MinerDialect, Site } from "../../src/model/site.ts";
import type { Parts } from "../../src/runtime/parts.ts";
import { commandSafeState } from "../../src/runtime/safe-state.ts";
import { durableExample } from "../store/examples.ts";

const test = suite("safe state");

/** Machines by name: dialect, and the phase that the core saw last. */
const machines: Readonly<Record<string, readonly [MinerDialect, MinerPhase]>> = {
  running: ["whatsminer-v2", "hashing"],
  waking: ["luxos", "waking"],
  defiant: ["bitmain-stock", "defiant"],
  foreign: ["vnish", "asleep"],
  gone: ["epic", "unreachable"],
  refusing: ["avalon", "excluded"],
  ebang: ["ebang", "hashing"],
  sealminer: ["sealminer", "hashing"],
  graphql: ["braiins-graphql", "hashing"],
  bitfury: ["none", "switched"],
};

const site = {
  miners: Object.keys(machines).map((name) => ({ name, model: name })),
  minerModels: Object.fromEntries(Object.entries(machines).map(([name, [dialect]]) => [name, { dialect }])),
  coolingOutputs: ["tank-1/pump"],
} as unknown as Site;

const decision = {
  outputs: { "branch-1/contactor": 1, "tank-1/pump": 0, "elsewhere/relay": 1 },
  miners: Object.entries(machines).map(([name, [, phase]]) => ({ name, phase, since: 0, accountedWatts: 1 })),
  durable: durableExample(7),
} as unknown as Decision;

function play(last: Decision | null) {
  const targets: Record<string, string> = {};
  const commands: Readonly<Record<string, number>>[] = [];
  const parts = {
    miners: Object.keys(machines).map((name) => ({
      name,
      target: ({ mode }: { readonly mode: string }) => {
        targets[name] = mode;
      },
    })),
    points: [
      {
        driver: { command: (outputs: Readonly<Record<string, number>>) => commands.push(outputs) },
        points: new Set(["branch-1/contactor", "tank-1/pump"]),
      },
    ],
  } as unknown as Parts;
  return { durable: commandSafeState(site, parts, last), targets, commands };
}

test("whatever takes commands is told to sleep; who takes none, or was excluded, is not asked", () => {
  const asked = { running: "sleep", waking: "sleep", defiant: "sleep", foreign: "sleep", gone: "sleep" };
  assert.equal(play(decision).targets, asked);
});

test("only what ran, or was woken or disobeyed, is claimed beside what was ours before", () => {
  const { durable } = play(decision);
  assert.equal([...(durable?.asleepByUs ?? [])].sort(), ["a-001", "defiant", "running", "waking"]);
  assert.is(durable?.revision, 8);
});

test("contactors stay as they are, cooling runs, and a line gets its own points only", () => {
  assert.equal(play(decision).commands, [{ "branch-1/contactor": 1, "tank-1/pump": 1 }]);
});

test("before the first decision machines sleep and cooling runs, and nothing is claimed", () => {
  const { durable, targets, commands } = play(null);
  assert.is(durable, null);
  assert.is(targets["running"], "sleep");
  assert.is(targets["ebang"], undefined);
  assert.equal(commands, [{ "tank-1/pump": 1 }]);
});

test.run();
