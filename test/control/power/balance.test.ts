/** Balances of branches while machines come and go: what a late meter shows of them is no excess and no room, and what nobody meters is not believed to the watt. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { layoutOf } from "../../../src/control/layout.ts";
import type { Account } from "../../../src/control/power/account.ts";
import { type BalanceMemory, type BranchBalance, balance } from "../../../src/control/power/balance.ts";
import { nothingPasses, type Passing } from "../../../src/control/power/passing.ts";
import { siteForTests } from "../site-for-tests.ts";

const test = suite("balances of branches");

/** Branches: the feeder with its auxiliaries, and two with ten machines each. */
const site = siteForTests({ machinesPerTank: 10, ratedWatts: 100_000 });
const layout = layoutOf(site);
const auxiliaryWatts = layout.branches.reduce((sum, branch) => sum + branch.auxiliaryWatts, 0);

function steady(watts: number): Account {
  return {
    lowWatts: watts,
    settledWatts: watts,
    provenWatts: watts,
    inFlightWatts: 0,
    highWatts: watts,
    nextWatts: watts,
    unknownWatts: 0,
    reservedWatts: 0,
  };
}

/** Told to wake, and telling that it draws so much of its peak. */
function waking(watts: number): Account {
  const rest = { settledWatts: 0, inFlightWatts: 3600, highWatts: 3600, nextWatts: 3600, unknownWatts: 0 };
  return { ...rest, lowWatts: watts, provenWatts: watts, reservedWatts: 3600 - watts };
}

/** Told to sleep, and not read since. */
function leaving(watts: number): Account {
  const rest = { settledWatts: 0, provenWatts: 0, inFlightWatts: watts, highWatts: watts, nextWatts: 20 };
  return { ...rest, lowWatts: watts, unknownWatts: 0, reservedWatts: 0 };
}

const accounts = (running: readonly Account[]): readonly Account[] =>
  layout.machines.map((_, machine) => running[machine] ?? steady(20));

interface Told {
  readonly running: readonly Account[];
  /** What the feeder's meter shows [W]; null: it is lost. The branches' meters are lost always. */
  readonly meteredWatts: number | null;
  readonly memory?: BalanceMemory | null;
  readonly passing?: Passing;
}

/** The feeder's balance. */
function feeder({ running, meteredWatts, memory = null, passing = nothingPasses }: Told): BranchBalance {
  const lost = { quality: "bad", fault: "stale", value: null, at: 0 } as const;
  const meters = layout.branches.map((_, index) =>
    index === layout.root && meteredWatts !== null ? ({ quality: "good", value: meteredWatts, at: 0 } as const) : lost,
  );
  const only = <Value>(value: Value, otherwise: Value) =>
    layout.branches.map((_, index) => (index === layout.root ? value : otherwise));
  // Where no meter tells, a branch would add what is unproven; here it has told before that there is nothing.
  const told = { beyondWatts: 0, settledWatts: 1e9, unknownWatts: 0 };
  const balances = balance(layout, accounts(running), meters, only(passing, nothingPasses), only(memory, told));
  const found = balances[layout.root];
  if (found === undefined) throw new Error("no feeder");
  return found;
}

const planned = ({ nextWatts, unknownWatts, doubtWatts }: BranchBalance): number =>
  Math.round(nextWatts + unknownWatts + doubtWatts);
const asleepWatts = (awake: number): number => (20 - awake) * 20;
const five = Array.from({ length: 5 }, () => steady(3400));
const restWatts = 5 * 3400 + asleepWatts(5) + auxiliaryWatts;

test("the report of a waking machine, newer than the meter's sample, leaves the auxiliaries what they draw", () => {
  const awake = Array.from({ length: 3 }, () => steady(3400));
  const before = feeder({ running: awake, meteredWatts: 3 * 3400 + asleepWatts(3) + auxiliaryWatts });
  for (const told of [20, 1500, 3600]) {
    const after = feeder({
      running: [...awake, waking(told)],
      meteredWatts: 3 * 3400 + asleepWatts(3) + auxiliaryWatts,
      memory: before.memory,
    });
    assert.is(planned(after), 3 * 3400 + 3600 + asleepWatts(4) + auxiliaryWatts, `${told} W told`);
  }
});

/** A meter told of as many as still count, and nothing beyond them. */
const asTold = { beyondWatts: 0, settledWatts: 5 * 3400 + asleepWatts(5), unknownWatts: auxiliaryWatts };

test("what a late meter still shows of machines that are gone is no excess", () => {
  const memory = asTold;
  const shown = restWatts + 12_000;
  const forgotten = feeder({ running: five, meteredWatts: shown, memory });
  assert.is(planned(forgotten), shown);
  const late = feeder({ running: five, meteredWatts: shown, memory, passing: { goneWatts: 12_000, comeWatts: 0 } });
  assert.is(planned(late), restWatts);
  const more = feeder({ running: five, meteredWatts: shown, memory, passing: { goneWatts: 9000, comeWatts: 0 } });
  assert.is(planned(more), restWatts + 3000, "what nobody's going explains is added");
});

test("machines on their way out explain what the meter shows of them, and no more", () => {
  const memory = asTold;
  const running = [...five, leaving(3400), leaving(3400)];
  const rest = 5 * 3400 + asleepWatts(5) + auxiliaryWatts;
  assert.is(planned(feeder({ running, meteredWatts: rest + 6700, memory })), rest);
  assert.is(planned(feeder({ running, meteredWatts: rest + 8000, memory })), rest + 8000 - 6800 + 40);
});

test("what has come and is not shown yet takes nothing from the auxiliaries", () => {
  const memory = { beyondWatts: -100, settledWatts: 4 * 3400 + 320, unknownWatts: auxiliaryWatts };
  const metered = restWatts - 100 - 900;
  const unaware = feeder({ running: five, meteredWatts: metered, memory });
  assert.is(planned(unaware), metered);
  const aware = feeder({ running: five, meteredWatts: metered, memory, passing: { goneWatts: 0, comeWatts: 900 } });
  assert.is(planned(aware), restWatts - 100);
});

test("what the meter told beyond the accounts counts on while machines come and go, and after it is lost", () => {
  const before = feeder({ running: five, meteredWatts: restWatts + 700 });
  assert.is(planned(before), restWatts + 700);
  const { memory } = before;
  const running = [...five, waking(20)];
  const next = restWatts + 3600 - 20;
  assert.is(planned(feeder({ running, meteredWatts: restWatts + 700, memory })), next + 700);
  assert.is(planned(feeder({ running: five, meteredWatts: null, memory })), restWatts + 700);
});

test("what the accounts said too much is remembered for those who still count, and not after the meter is lost", () => {
  const ten = Array.from({ length: 10 }, () => steady(3400));
  const full = 10 * 3400 + asleepWatts(10) + auxiliaryWatts;
  const { memory } = feeder({ running: ten, meteredWatts: full - 600 });
  const running = [...five, ...Array.from({ length: 5 }, () => leaving(3400))];
  const settled = 5 * 3400 + 10 * 20;
  const left = settled / (10 * 3400 + 10 * 20);
  const spreadWatts = 0.05 * Math.sqrt(3400 * settled * (1 - left));
  const expected = restWatts - 600 * left + spreadWatts;
  assert.is(planned(feeder({ running, meteredWatts: full - 600, memory })), Math.round(expected));
  assert.is(planned(feeder({ running: ten, meteredWatts: null, memory })), full);
});

test("those who stay may draw more than their part of all: the root of how many they are, and of how many have gone", () => {
  const spread = (stay: number, leave: number): number => {
    const all = Array.from({ length: stay + leave }, () => steady(3400));
    const full = (stay + leave) * 3400 + asleepWatts(stay + leave) + auxiliaryWatts;
    const { memory } = feeder({ running: all, meteredWatts: full });
    const running = all.map((account, machine) => (machine < stay ? account : leaving(3400)));
    return planned(feeder({ running, meteredWatts: full, memory })) - (full - leave * 3380);
  };
  assert.is(spread(10, 10), Math.round(0.05 * Math.sqrt(3400 * 34_000 * 0.5)));
  assert.is(spread(5, 15), Math.round(0.05 * Math.sqrt(3400 * 17_000 * 0.75)));
  assert.is(spread(20, 0), 0);
});

test("where nothing was told and nothing is, something that comes makes no figure unbounded", () => {
  const dark = layout.machines.map(() => steady(0));
  const { memory } = feeder({ running: dark, meteredWatts: auxiliaryWatts });
  const passing = { goneWatts: 1, comeWatts: 0 };
  assert.is(planned(feeder({ running: dark, meteredWatts: auxiliaryWatts, memory, passing })), auxiliaryWatts);
});

test("a machine that answers again is no part of what was not drawn", () => {
  const silent: Account = { ...steady(0), unknownWatts: 3400 };
  const known = restWatts - 20;
  const { memory } = feeder({ running: [...five, silent], meteredWatts: known });
  const running = [...five, steady(20), waking(20)];
  assert.is(planned(feeder({ running, meteredWatts: known, memory })), restWatts - 20 + 3600);
});

test("without any meter's word machines count with what they may be off by, and with nothing where a meter stands above", () => {
  const settled = 5 * 3400 + asleepWatts(5);
  const lost = feeder({ running: five, meteredWatts: null });
  assert.is(planned(lost), restWatts + Math.round(0.05 * settled));
  assert.is(lost.doubtRatio, 0.05);
  const { memory } = feeder({ running: five, meteredWatts: restWatts });
  const more = [...five, steady(3400)];
  assert.is(planned(feeder({ running: more, meteredWatts: null, memory })), restWatts + 3380 + 0.05 * 3380);
  const unmetered = layoutOf(siteForTests({ machinesPerTank: 10, ratedWatts: 100_000, branchMeters: false }));
  const meters = unmetered.branches.map((_, index) =>
    index === unmetered.root ? ({ quality: "good", value: restWatts, at: 0 } as const) : null,
  );
  const nothing = unmetered.branches.map(() => nothingPasses);
  const balances = balance(unmetered, accounts(five), meters, nothing, [null, null, null]);
  assert.equal(
    balances.map(({ doubtRatio }) => doubtRatio),
    [0, 0, 0],
  );
  assert.is(Math.round(balances.reduce((sum, { nextWatts }) => sum + nextWatts, 0)), 2 * settled);
});

test.run();
