/** Links to simulated machines with Braiins OS over real loopback sockets. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../../waiting.ts";
import { waitForReport } from "./far-end.ts";
import { rig } from "./rig.ts";

const test = suite("braiins link");

const far = rig(test, "braiins", ["whole", "forgetful", "secret", "damaged"], { setup: { tokenSeconds: 2 } });

test("pauses, resumes and takes a target, each read back; its estimate may be above the target", async () => {
  far.farEnd.fault("whole", "estimate-above-target", true);
  const link = far.open("whole");
  const first = await waitForReport(link, "a first read", (one) => one.mode === "hashing");
  assert.is(first.powerSource, "estimated");
  assert.is(first.powerWatts, 3795);
  assert.is(first.identity?.mac, "02:ee:da:00:00:00");
  link.target({ mode: "sleep" });
  await waitForReport(link, "asleep", (one) => one.mode === "asleep" && one.command?.readBackAt !== undefined);
  assert.is(link.report().powerSource, "unknown");
  link.target({ mode: "run" });
  await waitForReport(link, "awake", (one) => one.mode === "hashing" && one.command?.readBackAt !== undefined);
  link.target({ mode: "limit", watts: 2600 });
  await waitForReport(link, "a limit", (one) => one.limitWatts === 2600 && one.command?.readBackAt !== undefined);
  assert.ok((await link.order({ kind: "locate", on: true })).ok);
  const details = await link.inspect();
  assert.is(details.ok && details.value.locating, true);
  assert.equal(details.ok && details.value.fansRevolutionsPerMinute, []);
  assert.is((await link.order({ kind: "percent", percent: 50 })).ok, false);
  await waitFor(() => far.farEnd.writes("whole") === 4, { within: 1_000, what: "four writes" });
});

test("a token that ran out or was forgotten is replaced within the same attempt", async () => {
  const link = far.open("forgetful");
  const first = await waitForReport(link, "a first read", (one) => one.at !== undefined);
  far.farEnd.fault("forgetful", "forget-tokens", true);
  link.target({ mode: "sleep" });
  const report = await waitForReport(link, "asleep", (one) => one.command?.readBackAt !== undefined);
  assert.is(report.command?.attempts, 1);
  // Two seconds is a token's life here.
  await waitForReport(link, "a read beyond it", (one) => (one.at ?? 0) > (first.at ?? 0) + 2_100);
  assert.is(link.report().fault, undefined);
  await far.farEnd.told();
  assert.is(far.farEnd.effects["forgetful/refusedCount"], undefined);
});

test("a wrong password is named and sent once; cut replies never end the link", async () => {
  const [secret, damaged] = [far.open("secret", "wrong"), far.open("damaged")];
  secret.target({ mode: "sleep" });
  const refused = await waitForReport(secret, "refusal", (one) => one.command?.failedAt !== undefined);
  assert.is(refused.command?.fault, "credentials-refused");
  for (const fault of ["truncated", "early-close"]) {
    far.farEnd.fault("damaged", fault, true);
    await waitForReport(damaged, fault, (one) => one.fault !== undefined && one.fault !== "not-read-yet");
    far.farEnd.fault("damaged", fault, false);
    await waitForReport(damaged, `recovery from ${fault}`, (one) => one.fault === undefined);
  }
  await waitFor(() => far.farEnd.effects["secret/refusedCount"] === 1, { within: 1_000, what: "one refusal" });
});

test.run();
