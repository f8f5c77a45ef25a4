/** The program itself may die at any moment: what is latched stays latched, old commands stay old, and a loop of deaths ends in a stop. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../waiting.ts";
import { askShell } from "./ask-shell.ts";
import { type Container, startContainer } from "./container.ts";
import { asleepWatts, auxiliaryWatts, machineWatts } from "./site-file.ts";

const test = suite("death and restart of the program");

let container: Container;
const bothWatts = auxiliaryWatts + 2 * machineWatts;
const noMachineWatts = auxiliaryWatts + 2 * asleepWatts + 50;
const old: Record<string, unknown>[] = [];

test.before(async () => {
  container = await startContainer({ machines: 2, running: 2 });
  container.dispatcher.beat(true);
  container.startWeir();
  await container.online();
});

test.after(() => container.stop());

function stored(): string {
  try {
    return readFileSync(join(container.data, "state"), "utf8");
  } catch {
    return "";
  }
}

async function killAndRestart(): Promise<void> {
  container.weir().signal("SIGKILL");
  await container.weir().end(5_000);
  container.startWeir();
  await container.online();
}

function trips(): readonly unknown[] {
  return (container.dispatcher.newest("state")?.body["trips"] ?? []) as readonly unknown[];
}

test("a killed program leaves the machines as they are and adopts them when it is back", async () => {
  const { dispatcher } = container;
  const message = dispatcher.setpoint(bothWatts + 300, { epoch: 5 });
  assert.is((await dispatcher.command(message)).body["state"], "accepted");
  old.push(message);
  await waitFor(() => stored().includes(`"epoch":5`), { within: 5_000, what: () => `epoch 5 on disk: ${stored()}` });
  await waitFor(() => container.feederWatts() > bothWatts - 200, { within: 20_000, what: () => container.state() });
  container.weir().signal("SIGKILL");
  await container.weir().end(5_000);
  assert.ok(container.feederWatts() > bothWatts - 200, "machines hash on");
  container.startWeir();
  await container.online();
  assert.ok(container.feederWatts() > auxiliaryWatts + machineWatts - 200, "no more is shed than failsafe demands");
});

test("an old command replayed after the restart is refused, and so is an older dispatcher", async () => {
  const { dispatcher } = container;
  const replayed = await dispatcher.command(old[0] ?? {});
  assert.is(replayed.body["state"], "rejected", JSON.stringify(replayed.body));
  const fenced = await dispatcher.command(dispatcher.setpoint(bothWatts, { epoch: 4, sequence: 9_999 }));
  assert.is(fenced.body["rejection"], "epoch");
});

test("a trip stays latched over kill -9 with its cause gone, and no setpoint gets past it", async () => {
  const { dispatcher } = container;
  // 4 mA: no flow.
  container.coolingTruth({ "ai8/input1Milliamperes": 4 });
  await waitFor(() => container.feederWatts() < noMachineWatts, {
    within: 15_000,
    what: () => `everything asleep; the feeder carries ${container.feederWatts()} W; ${container.state()}`,
  });
  await waitFor(() => trips().length > 0, { within: 5_000, what: () => `a trip; ${container.state()}` });
  await waitFor(() => /"trips":\[\{/.test(stored()), { within: 5_000, what: "the trip on disk" });
  container.coolingTruth({ "ai8/input1Milliamperes": 12 });
  await killAndRestart();
  await waitFor(() => trips().length > 0, {
    within: 5_000,
    what: () => `the trip after the restart; ${container.state()}`,
  });
  const answer = await dispatcher.command(dispatcher.setpoint(bothWatts + 300, { epoch: 5 }));
  assert.is(answer.body["state"], "accepted", JSON.stringify(answer.body));
  await waitFor(() => dispatcher.acknowledgements(answer.body["id"]).some(({ body }) => body["state"] === "limited"), {
    // After the first word the next comes at most every 10 s.
    within: 13_000,
    what: () => `limited; ${JSON.stringify(dispatcher.acknowledgements(answer.body["id"]).map(({ body }) => body))}`,
  });
  assert.ok(container.feederWatts() < noMachineWatts);
});

test("the third restart within ten minutes is a latched stop", async () => {
  await killAndRestart();
  const names = (): string => JSON.stringify(trips());
  await waitFor(() => names().includes("restart"), { within: 5_000, what: () => `trip of a restart loop: ${names()}` });
});

test("a person at the shell resets the trips, and a fresh setpoint brings the machines back", async () => {
  const { dispatcher } = container;
  const shell = join(container.data, "shell.sock");
  const names = trips().map((trip) => String((trip as { readonly name: unknown }).name));
  const isReset = async (name: string): Promise<boolean> =>
    (await askShell(shell, `reset ${name} --yes`)).includes(`"done":true`);
  for (const name of names)
    await waitFor(() => isReset(name), { within: 10_000, what: () => `reset of ${name}; ${container.state()}` });
  await dispatcher.command(dispatcher.setpoint(bothWatts + 300, { epoch: 5 }));
  await waitFor(() => container.feederWatts() > bothWatts - 200, {
    within: 20_000,
    what: () => `both machines; the feeder carries ${container.feederWatts()} W; ${container.state()}`,
  });
});

test("a second program on the same folder is refused and disturbs nothing", async () => {
  const second = container.startSecond();
  const ended = await second.end(10_000);
  assert.is(ended.code, 1);
  assert.match(second.log().join("\n"), /in use by another/);
  assert.is(container.weir().ended(), null);
});

test("SIGTERM ends with 0; behind a hard-wired interlock machines hash on, and cooling stays on", async () => {
  container.weir().signal("SIGTERM");
  const ended = await container.weir().end(25_000);
  assert.is(ended.code, 0, container.weir().log().slice(-5).join("\n"));
  assert.ok(container.feederWatts() > bothWatts - 200, "an update costs no shed");
  assert.is(container.cooling.effects()["io/output1"], 1);
});

test.run();
