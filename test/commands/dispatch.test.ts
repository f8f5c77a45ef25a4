import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Mosquitto, startMosquitto } from "../brokers/mosquitto.ts";
import { type Holder, holderSite, startHolder } from "../drivers/broker/holder.ts";
import { waitFor, withDeadline } from "../waiting.ts";

const test = suite("weir dispatch");
const program = fileURLToPath(new URL("../../src/main.js", import.meta.url));
let broker: Mosquitto;
let holder: Holder;

test.before(async () => {
  broker = await startMosquitto();
  holder = startHolder(holderSite({ url: broker.url }));
  await waitFor(() => holder.link.state().state === "online", { within: 5000, what: "the container online" });
});
test.after(async () => {
  await holder.stop();
  await broker.stop();
});

/** The command line with the broker's address; its exit code and what it printed. */
async function weir(...words: string[]): Promise<{ code: number; out: string; error: string }> {
  const child = spawn(process.execPath, [program, "dispatch", ...words, "--broker", broker.url]);
  let out = "";
  let error = "";
  child.stdout.on("data", (text: Buffer) => {
    out += text.toString();
  });
  child.stderr.on("data", (text: Buffer) => {
    error += text.toString();
  });
  const ended = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1)));
  const code = await withDeadline(ended, 15_000, () => `weir dispatch ${words.join(" ")} ends (${out}${error})`);
  return { code, out, error };
}

test("setpoints are accepted one after another, with heartbeats the container is controlled", async () => {
  const first = await weir("setpoint", "90kW", "--container", "wolf-c07", "--heartbeats", "--json");
  assert.is(first.code, 0, first.error);
  assert.is((JSON.parse(first.out.split("\n")[0] ?? "") as { state: string }).state, "accepted");
  const second = await weir("setpoint", "0.2MW", "--container", "wolf-c07", "--cbor", "--after", "off");
  assert.match(second.out, /accepted 200 kW/);
  const watched = await weir("watch", "--container", "wolf-c07", "--seconds", "1", "--json");
  const heard = watched.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { report: string; message: { mode?: string } | null });
  for (const report of ["status", "birth", "state", "telemetry"])
    assert.ok(
      heard.some((one) => one.report === report && one.message !== null),
      report,
    );
  assert.is(heard.find(({ report }) => report === "state")?.message?.mode, "controlled");
});

test("a rejection ends with 1 and its reason, wrong use with 2", async () => {
  const rejected = await weir("setpoint", "90kW", "--container", "wolf-c07", "--epoch", "0");
  assert.is(rejected.code, 1);
  assert.match(rejected.out, /rejected epoch/);
  assert.is((await weir("setpoint", "much", "--container", "wolf-c07")).code, 2);
  assert.is((await weir("setpoint", "90kW")).code, 2);
  assert.is((await weir("setpoint")).code, 2);
});

test("a stop, its release, and a group's setpoint", async () => {
  assert.match((await weir("control", "stop", "--container", "wolf-c07", "--source", "operator")).out, /accepted/);
  assert.match((await weir("control", "release", "--container", "wolf-c07", "--source", "operator")).out, /accepted/);
  assert.match((await weir("setpoint", "80kW", "--group", "wolf")).out, /accepted 80 kW/);
});

test("a schedule of the operator is accepted; what cannot be read is wrong use", async () => {
  const to = ["--container", "wolf-c07", "--source", "operator"];
  const levels = ["3600=100kW", "0=90kW"];
  const sent = await weir("schedule", ...levels, "--ends", "7200", "--after", "off", "--reference", "night", ...to);
  assert.is(sent.code, 0, sent.error);
  assert.match(sent.out, /accepted/);
  assert.is((await weir("schedule", "soon=90kW", "--ends", "7200", "--after", "off", ...to)).code, 2);
  assert.is((await weir("schedule", "0=90kW", "--ends", "tomorrow", "--after", "off", ...to)).code, 2);
  assert.is((await weir("schedule", "0=90kW", "--ends", "60", "--after", "some", ...to)).code, 2);
  const backwards = await weir("schedule", "3600=90kW", "--ends", "60", "--after", "off", ...to);
  assert.is(backwards.code, 1);
  assert.match(backwards.out, /rejected range/);
});

test("a container that is not there is unanswered", async () => {
  const unanswered = await weir("setpoint", "90kW", "--container", "wolf-c99", "--patience", "1");
  assert.is(unanswered.code, 1);
  assert.match(unanswered.error, /unanswered/);
});

test("watch prints a line for a person", async () => {
  const { out } = await weir("watch", "--container", "wolf-c07", "--seconds", "1");
  assert.match(out, /wolf-c07 status \(retained\): online/);
  assert.match(out, /wolf-c07 telemetry: #\d+ 199 kW of/);
});

test.run();
