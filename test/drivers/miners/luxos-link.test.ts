/** Links to simulated machines with LuxOS over real loopback sockets. */
import { connect } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../../waiting.ts";
import { waitForReport } from "./far-end.ts";
import { rig } from "./rig.ts";

const test = suite("luxos link");

const far = rig(test, "luxos", ["whole", "held", "liar", "full"]);

/** Asks a machine beside the link, as another tool would. */
function say(name: string, command: string): Promise<string> {
  const host = far.machines.find((one) => one.name === name)?.host ?? "";
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(4028, host, () => socket.write(JSON.stringify({ command })));
    socket.on("data", (chunk) => {
      text += chunk.toString("utf8");
    });
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
}

test("sleeps, wakes and takes the profile below a limit, each read back; its watts are an estimate", async () => {
  const link = far.open("whole");
  const first = await waitForReport(link, "a first read", (one) => one.mode === "hashing");
  assert.is(first.powerSource, "estimated");
  assert.is(first.identity?.firmware, "LuxOS 2025.4.8.220305-57b389c7");
  link.target({ mode: "sleep" });
  await waitForReport(link, "asleep", (one) => one.mode === "asleep" && one.command?.readBackAt !== undefined);
  await waitFor(() => far.farEnd.watts("whole") < 20, { within: 2_000, what: "the plug to fall" });
  link.target({ mode: "run" });
  await waitForReport(link, "awake", (one) => one.mode === "hashing" && one.command?.readBackAt !== undefined);
  link.target({ mode: "limit", watts: 2_700 });
  const limited = await waitForReport(link, "a limit", (one) => one.command?.readBackAt !== undefined);
  assert.is(limited.limitWatts, 2640);
  assert.is(limited.command?.attempts, 1);
  link.target({ mode: "limit", watts: 100 });
  const below = await waitForReport(link, "refusal", (one) => one.command?.failedAt !== undefined);
  assert.is(below.command?.fault, "command-refused");
  assert.ok((await link.order({ kind: "locate", on: true })).ok);
  const details = await link.inspect();
  assert.is(details.ok && details.value.locating, true);
  // A session of ours that stayed open would keep everybody else out.
  assert.match(await say("whole", "session"), '"SessionID":""');
  assert.equal(details.ok && details.value.limitBoundsWatts, { least: 1320, most: 3300 });
});

test("a session that somebody else holds serves us too and is left open; where none can be had we say so", async () => {
  await say("held", "logon");
  far.farEnd.fault("full", "token-limit", true);
  const [held, full] = [far.open("held"), far.open("full")];
  for (const link of [held, full]) link.target({ mode: "sleep" });
  await waitForReport(held, "asleep", (one) => one.mode === "asleep" && one.command?.readBackAt !== undefined);
  const refused = await waitForReport(full, "refusal", (one) => one.command?.failedAt !== undefined);
  assert.is(refused.command?.fault, "token-limit");
  await far.farEnd.told();
  assert.is(far.farEnd.writes("full"), 0);
});

test("an acknowledgement without effect is reported as such", async () => {
  far.farEnd.fault("liar", "ack-without-effect", true);
  const link = far.open("liar");
  link.target({ mode: "sleep" });
  const report = await waitForReport(link, "giving up", (one) => one.command?.failedAt !== undefined);
  assert.ok(report.command?.acknowledgedAt);
  assert.is(report.command?.readBackAt, undefined);
});

test.run();
