/** Links to simulated machines with ePIC firmware over real loopback sockets. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../../waiting.ts";
import { waitForReport } from "./far-end.ts";
import { rig } from "./rig.ts";

const test = suite("epic link");

const far = rig(test, "epic", ["whole", "secret", "damaged"]);

test("stops and starts, each read back and seen on the plug; a limit in watts is refused", async () => {
  const link = far.open("whole");
  const first = await waitForReport(link, "a first read", (one) => one.mode === "hashing");
  assert.is(first.powerSource, "estimated");
  assert.is(first.identity?.model, "AntMiner S19 XP");
  link.target({ mode: "sleep" });
  await waitForReport(link, "asleep", (one) => one.mode === "asleep" && one.command?.readBackAt !== undefined);
  await waitFor(() => far.farEnd.watts("whole") < 20, { within: 2_000, what: "the plug to fall" });
  link.target({ mode: "run" });
  await waitForReport(link, "awake", (one) => one.mode === "hashing" && one.command?.readBackAt !== undefined);
  link.target({ mode: "limit", watts: 2000 });
  assert.is(link.report().command?.fault, "command-refused");
  assert.ok((await link.order({ kind: "locate", on: true })).ok);
  const details = await link.inspect();
  assert.is(details.ok && details.value.locating, true);
  assert.ok((await link.order({ kind: "reboot" })).ok);
  await waitFor(() => far.farEnd.effects["whole/rebootCount"] === 1, { within: 1_000, what: "a reboot" });
});

test("a wrong password is named and sent once; damage never ends the link", async () => {
  const [secret, damaged] = [far.open("secret", "wrong"), far.open("damaged")];
  secret.target({ mode: "sleep" });
  const refused = await waitForReport(secret, "refusal", (one) => one.command?.failedAt !== undefined);
  assert.is(refused.command?.fault, "credentials-refused");
  assert.equal(await secret.order({ kind: "reboot" }), { ok: false, error: "credentials-refused" });
  for (const fault of ["truncated", "early-close", "no-reply"]) {
    far.farEnd.fault("damaged", fault, true);
    await waitForReport(damaged, fault, (one) => one.fault !== undefined && one.fault !== "not-read-yet");
    far.farEnd.fault("damaged", fault, false);
    await waitForReport(damaged, `recovery from ${fault}`, (one) => one.fault === undefined);
  }
  await waitFor(() => far.farEnd.effects["secret/refusedCount"] === 1, { within: 1_000, what: "one refusal" });
});

test.run();
