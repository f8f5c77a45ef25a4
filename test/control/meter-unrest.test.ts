/** How high meters have read lately: the most of the last one to two minutes, forgotten after that, branch by branch. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { layoutOf } from "../../src/control/layout.ts";
import type { Account } from "../../src/control/power/account.ts";
import type { BranchBalance } from "../../src/control/power/balance.ts";
import { type MeterUnrest, unmoved, watchUnrest } from "../../src/control/power/meter-unrest.ts";
import { siteForTests } from "./site-for-tests.ts";

const test = suite("unrest of meters");

const layout = layoutOf(siteForTests({ tanks: 2, machinesPerTank: 1 }));

function accountOf(nextWatts: number, unknownWatts = 0): Account {
  return {
    lowWatts: nextWatts,
    settledWatts: nextWatts,
    provenWatts: nextWatts,
    inFlightWatts: 0,
    highWatts: nextWatts,
    nextWatts,
    unknownWatts,
    reservedWatts: 0,
  };
}

function balanceOf(nextWatts: number): BranchBalance {
  return {
    meteredWatts: nextWatts,
    presentWatts: nextWatts,
    lowWatts: nextWatts,
    highWatts: nextWatts,
    settledWatts: nextWatts,
    inFlightWatts: 0,
    nextWatts,
    unknownWatts: 0,
    meterBelowAccount: false,
    provenWatts: nextWatts,
    reservedWatts: 0,
    doubtWatts: 0,
    untoldWatts: 0,
    largestWatts: 0,
    doubtRatio: 0,
    memory: null,
  };
}

/** Both machines as accounted; every branch reads what stands behind it and `addedWatts`. */
function watch(
  before: readonly MeterUnrest[],
  atSeconds: number,
  addedWatts: number,
  accounts: readonly Account[] = [accountOf(30_000), accountOf(32_000, 1000)],
): readonly MeterUnrest[] {
  const balances = layout.branches.map(({ behind }) =>
    balanceOf(behind.reduce((sum, machine) => sum + namedOf(accounts, machine), addedWatts)),
  );
  return watchUnrest(layout, accounts, balances, before, atSeconds * 1000);
}

function namedOf(accounts: readonly Account[], machine: number): number {
  const { nextWatts, unknownWatts } = accounts[machine] ?? accountOf(Number.NaN);
  return nextWatts + unknownWatts;
}

function unrests(watched: readonly MeterUnrest[]): readonly number[] {
  return watched.map((unrest) => Math.round(unrest.unrestWatts));
}

const fresh = layout.branches.map(() => unmoved);

function each(watts: number): readonly number[] {
  return layout.branches.map(() => watts);
}

test("the most of a spell counts until the next spell is over", () => {
  let watched = watch(fresh, 60, 40);
  assert.equal(unrests(watched), each(0));
  watched = watch(watched, 70, 200);
  assert.equal(unrests(watched), each(0));
  watched = watch(watched, 71, 50);
  assert.equal(unrests(watched), each(150));
  watched = watch(watched, 119, -30);
  assert.equal(unrests(watched), each(230));
  for (const second of [120, 150, 179]) {
    watched = watch(watched, second, 0);
    assert.equal(unrests(watched), each(200), `${second} s`);
  }
  watched = watch(watched, 180, 0);
  assert.equal(unrests(watched), each(0));
});

test("what moves by more than a hundredth of the power has come or gone, and is no noise", () => {
  let watched = watch(fresh, 60, 5000);
  watched = watch(watched, 61, 0);
  assert.equal(
    unrests(watched),
    layout.branches.map(({ behind }) => behind.reduce((sum, machine) => sum + (machine === 0 ? 300 : 330), 0)),
  );
});

test("what machines account for themselves is no unrest", () => {
  const watched = watch(fresh, 60, 40);
  assert.equal(unrests(watch(watched, 61, 40, [accountOf(20), accountOf(90_000, 500)])), each(0));
  assert.ok(layout.branches.length >= 2, "a branch with branches behind it");
});

test.run();
