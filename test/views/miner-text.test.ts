/** What a technician reads of a machine: whole words and units on a narrow terminal, times in words. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MinerReport } from "../../src/model/miner.ts";
import { commandText, detailRows, reportRows, rowsText } from "../../src/views/miner-text.ts";

const test = suite("miner text");

const report: MinerReport = { name: "a", at: 1, mode: "hashing", powerWatts: 3400.26, powerSource: "measured" };
const row = (wanted: string, more: Partial<MinerReport>): string | undefined =>
  reportRows({ ...report, ...more }).find(([name]) => name === wanted)?.[1];

test("long values go on below themselves, and no figure loses its unit", () => {
  const text = rowsText("h", [["power", "it drew some 3400 W before, and 15 W after that"]], 40);
  assert.equal(text.split("\n"), ["h", "  power      it drew some 3400 W before,", "             and 15 W after that"]);
  for (const columns of [33, 34, 35, 36])
    assert.not.match(rowsText("h", [["a", "drew some 3400 W now"]], columns), /3400\n/);
  assert.is(
    rowsText(
      "h",
      [
        ["a", "x".repeat(99)],
        ["b", undefined],
        ["c", ""],
      ],
      40,
    ),
    `h\n  a          ${"x".repeat(99)}`,
  );
  assert.is(rowsText("h", [["a", "b ".repeat(200).trim()]]).split("\n").length, 2);
});

test("uptimes are told in the two largest units", () => {
  const told = [59, 60, 3599, 3600, 172_799, 172_800].map((uptimeSeconds) => row("uptime", { uptimeSeconds }));
  assert.equal(told, ["59 s", "1 min 0 s", "59 min 59 s", "1 h 0 min", "47 h 59 min", "2 d 0 h"]);
});

test("temperatures share a row, what is not told is left out, and unread power is no power", () => {
  assert.is(row("heat", { inletCelsius: 35, chipCelsius: 70.04 }), "inlet 35 °C, chip 70 °C");
  assert.is(row("heat", {}), "");
  assert.is(row("power", {}), "3400.3 W (measured)");
  const { powerWatts: _none, ...silent } = report;
  assert.is(reportRows(silent).find(([name]) => name === "power")?.[1], "not told");
  const unread: MinerReport = { name: "a", mode: "unknown", powerSource: "unknown", fault: "unreachable" };
  assert.is(reportRows(unread).find(([name]) => name === "power")?.[1], undefined);
  assert.is(detailRows({ boards: [] }).find(([name]) => name === "boards")?.[1], undefined);
});

test("a command tells how often it was tried, and who says yes and does not obey", () => {
  const command = { target: { mode: "sleep" }, sentAt: 1, attempts: 3 } as const;
  assert.is(commandText({ ...command, readBackAt: 2 }), "sleep: proven by read-back (told 3 times)");
  assert.match(
    commandText({ ...command, acknowledgedAt: 2 }),
    /NOT proven \(tried 3 times, acknowledged\); it says yes and does not obey/,
  );
  assert.match(
    commandText({ ...command, attempts: 0, fault: "command-refused" }),
    /NOT proven \(nothing was sent\); command-refused/,
  );
});

test.run();
