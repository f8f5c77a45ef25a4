/** Lowering on the sheet: as few machines as suffice, each down to what its firmware can and no further, all of it or nothing, and only where everything stands still. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Plan } from "../../../src/control/allocation/plan.ts";
import { trim } from "../../../src/control/allocation/trim.ts";
import { lower, sumOf, type TrimRules, trimmable } from "../../../src/control/allocation/trim-sheet.ts";
import { layoutOf } from "../../../src/control/layout.ts";
import { wake } from "../../../src/control/machines/command.ts";
import { sight, unseenMachine } from "../../../src/control/machines/machine.ts";
import { observe } from "../../../src/control/machines/observe.ts";
import { limitTo } from "../../../src/control/machines/trimming.ts";
import { accountOf } from "../../../src/control/power/account.ts";
import { modelForTests, siteForTests } from "../site-for-tests.ts";

const test = suite("lowering on the sheet");

const now = 100_000;
const model = { trim: { minimumWatts: 2000, restarts: false, settleMilliseconds: 30_000 } };
const rules: TrimRules = {
  now,
  limits: [],
  mayTrim: () => true,
  responseOf: () => 8000,
  orderSince: 0,
  deadBandWatts: 50,
};

/** Every machine hashes with 3300 W. */
function planForTests(): Plan {
  const site = siteForTests({ model });
  const layout = layoutOf(site);
  const each = layout.scopes.map(() => 0);
  const trimmed = { ...modelForTests, ...model };
  const seen = layout.machines.map(({ miner: { name } }) => {
    const report = { name, at: now, mode: "hashing", powerWatts: 3300, powerSource: "measured" } as const;
    const sighting = sight({ ...report, hashrateTerahashesPerSecond: 100 }, trimmed, now, 0);
    const known = { now, powered: true, meterProof: "none" } as const;
    const machine = observe(unseenMachine(trimmed, false, 0), sighting, trimmed, known);
    return { machine, account: accountOf(machine, sighting, trimmed, true, now) };
  });
  return {
    now,
    layout,
    machines: seen.map(({ machine }) => machine),
    accounts: seen.map(({ account }) => account),
    nextWatts: [...each],
    limitWatts: each,
    raiseWatts: each,
    safetyWatts: each,
    pendingWatts: [...each],
    unrestWatts: each,
    doubtWatts: 0,
    doubtRatio: 0,
    gentleWatts: 0,
  };
}

/** What each machine under a limit is brought to [W]. */
function wantedOf({ machines }: Plan): readonly number[] {
  return machines.flatMap(({ command, trim }) => (command === "limit" && trim !== null ? [trim.wantedWatts] : []));
}

test("one that cannot give everything gives what it can, and the next one the rest", () => {
  const plan = planForTests();
  const found = trimmable(plan, rules, () => true);
  const [first] = found;
  assert.is(first?.nowWatts, 3300);
  const most = 3300 - (first?.leastWatts ?? 0);
  assert.ok(most > 1000 && most < 2000, `${most} W`);
  assert.ok(lower(plan, found, [{ scope: 0, watts: 2000 }], rules));
  assert.equal(
    wantedOf(plan)
      .map((watts) => Math.round(3300 - watts))
      .sort((one, other) => other - one),
    [Math.round(most), Math.round(2000 - most)],
  );
  assert.ok(Math.abs((plan.nextWatts[0] ?? 0) + 2000) < 1e-6, `${plan.nextWatts[0]} W`);
});

test("where all of them together do not suffice, none is lowered", () => {
  const plan = planForTests();
  const found = trimmable(plan, rules, () => true);
  assert.not.ok(lower(plan, found, [{ scope: 0, watts: sumOf(found) + 1 }], rules));
  assert.equal([wantedOf(plan), plan.nextWatts[0]], [[], 0]);
  assert.ok(lower(plan, found, [{ scope: 0, watts: sumOf(found) }], rules));
  assert.is(wantedOf(plan).length, found.length);
});

test("what is too much is taken from a machine under a limit, but not while another one wakes", () => {
  const later = now + 300_000;
  const [place] = layoutOf(siteForTests({ model })).machines;
  const { miner } = place ?? { miner: { name: "" } };
  const trimmed = { ...modelForTests, ...model };
  const report = {
    name: miner.name,
    mode: "hashing",
    powerSource: "measured",
    hashrateTerahashesPerSecond: 80,
  } as const;
  for (const moves of [false, true]) {
    const plan = planForTests();
    const [first, second] = plan.machines;
    if (first === undefined || second === undefined) throw new Error("the site has machines");
    const limited = limitTo(first, trimmed, 2700, now, now);
    const ours = { at: later, powerWatts: 2700, limitIsOurs: true, limitWatts: 2700 } as const;
    const sighting = sight({ ...report, ...ours }, trimmed, later, 0);
    plan.machines[0] = observe(limited, sighting, trimmed, { now: later, powered: true, meterProof: "none" });
    if (moves) plan.machines[1] = wake(second, later - 5000);
    const accounts = plan.accounts.map((account, index) => (index === 0 ? { ...account, nextWatts: 2700 } : account));
    const sheet: Plan = { ...plan, accounts, now: later, nextWatts: plan.nextWatts.map(() => 300) };
    const raising = {
      now: later,
      policy: siteForTests().policy,
      forbidden: new Set<number>(),
      starts: [],
      budgetWatts: 0,
    };
    assert.is(trim(sheet, raising, { ...rules, now: later, orderSince: later - 60_000 }), 0);
    assert.equal(wantedOf(sheet), [moves ? 2700 : 2400]);
  }
});

test.run();
