/** Links to simulated Avalons over real loopback sockets. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../../waiting.ts";
import { waitForReport } from "./far-end.ts";
import { rig } from "./rig.ts";

const test = suite("avalon link");

// The machine switches at a whole second, up to two ahead.
const far = rig(test, "avalon", ["whole", "skewed", "damaged", "ten"], { timing: { readBackMilliseconds: 2_900 } });

test("sleeps and wakes by the machine's own clock, over one connection at a time", async () => {
  far.farEnd.fault("skewed", "clock-skew", true, -86_400);
  const links = [far.open("whole"), far.open("skewed")] as const;
  const first = await waitForReport(links[0], "a first read", (one) => one.mode === "hashing");
  assert.is(first.powerSource, "measured");
  assert.is(first.powerWatts, 3300);
  assert.is(first.directCurrentWatts, 3003);
  assert.is(first.identity?.model, "AvalonMiner 1246");
  for (const link of links) link.target({ mode: "sleep" });
  for (const link of links)
    await waitForReport(link, "asleep", (one) => one.mode === "asleep" && one.command?.readBackAt !== undefined);
  // Asked for its details while the link polls: nothing overlaps.
  const [details] = await Promise.all([links[0].inspect(), links[0].inspect(), links[0].inspect()]);
  assert.is(details.ok && details.value.pools?.length, 1);
  assert.ok((await links[0].order({ kind: "locate", on: true })).ok);
  for (const link of links) link.target({ mode: "run" });
  for (const link of links)
    await waitForReport(link, "awake", (one) => one.mode === "hashing" && one.command?.readBackAt !== undefined);
  assert.is(links[1].report().command?.attempts, 1);
  await waitFor(() => far.farEnd.effects["whole/located"] === 1, { within: 1_000, what: "the light" });
  await far.farEnd.told();
  assert.is(far.farEnd.effects["whole/overlapCount"], undefined);
  assert.is(far.farEnd.effects["skewed/refusedCount"], undefined);
});

test("an A10, which cannot be switched softly, is put out by its hash power and woken by a reboot", async () => {
  far.farEnd.fault("ten", "old-firmware", true);
  const link = far.open("ten");
  await waitForReport(link, "a first read", (one) => one.mode === "hashing");
  link.target({ mode: "sleep" });
  await waitForReport(link, "asleep", (one) => one.mode === "asleep" && one.command?.readBackAt !== undefined);
  link.target({ mode: "run" });
  await waitForReport(link, "awake", (one) => one.mode === "hashing" && one.command?.readBackAt !== undefined);
  await waitFor(() => far.farEnd.effects["ten/rebootCount"] === 1, { within: 1_000, what: "a reboot" });
});

test("damaged replies never end the link, and a limit is refused", async () => {
  const link = far.open("damaged");
  for (const fault of ["truncated", "early-close", "no-reply"]) {
    far.farEnd.fault("damaged", fault, true);
    await waitForReport(link, fault, (one) => one.fault !== undefined && one.fault !== "not-read-yet");
    far.farEnd.fault("damaged", fault, false);
    await waitForReport(link, `recovery from ${fault}`, (one) => one.fault === undefined);
  }
  link.target({ mode: "limit", watts: 2000 });
  assert.is(link.report().command?.fault, "command-refused");
});

test.run();
