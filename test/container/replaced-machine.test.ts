/** Another machine on a known address, with the real program: it gets no password and no command until a person accepts it; and no password is ever told to anybody. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../waiting.ts";
import { askShell } from "./ask-shell.ts";
import { type Container, startContainer } from "./container.ts";
import { auxiliaryWatts, minerLogin } from "./site-file.ts";
import { machineName } from "./trivial-plant.ts";

const test = suite("a replaced machine");

let container: Container;
let answers: readonly string[] = [];
/** The second of two; its far end is alone with it. */
const replaced = { index: 1, name: "w-002" };

test.before(async () => {
  container = await startContainer({ machines: 2, running: 2 });
  container.dispatcher.beat(true);
  container.startWeir({}, ["--log-level", "debug"]);
  await container.online();
});

test.after(() => container.stop());

async function ask(command: string): Promise<string> {
  const answer = await askShell(join(container.data, "shell.sock"), command);
  answers = [...answers, answer];
  return answer;
}

interface Shown {
  readonly name: string;
  readonly fault: string | null;
  readonly mode: string;
}

async function shown(): Promise<Shown | undefined> {
  // Before the first scan there is nothing to show.
  const { miners } = JSON.parse(await ask("miners")) as { readonly miners?: readonly Shown[] };
  return miners?.find(({ name }) => name === replaced.name);
}

const counted = (what: string): number => container.miners[replaced.index]?.effects()[`${machineName}/${what}`] ?? 0;

/** Waits until every one of these draws what a sleeping machine does. */
async function asleep(...indexes: readonly number[]): Promise<void> {
  await waitFor(() => indexes.every((index) => container.minerWatts(index) < 100), {
    within: 15_000,
    what: () => `machines ${indexes.join(", ")} asleep; ${container.state()}`,
  });
}

test("it is noticed, and gets neither password nor command while everybody is told to sleep", async () => {
  const { dispatcher } = container;
  await waitFor(async () => (await shown())?.mode === "hashing", { within: 5_000, what: "its first reading" });
  await container.replaceMiner(replaced.index);
  await waitFor(async () => (await shown())?.fault === "replaced-machine", {
    within: 15_000,
    what: () => `${replaced.name} as replaced; ${answers.at(-1)}`,
  });
  const answer = await dispatcher.command(dispatcher.setpoint(auxiliaryWatts + 100));
  assert.is(answer.body["state"], "accepted", JSON.stringify(answer.body));
  await asleep(0);
  await container.heartbeat();
  assert.is((await shown())?.fault, "replaced-machine");
  assert.ok(container.minerWatts(replaced.index) > 1_000, "it goes on hashing");
  assert.equal([counted("loginCount"), counted("writeCount")], [0, 0]);
});

test("accepted in the shell it is commanded again", async () => {
  const before = counted("loginCount");
  assert.is((JSON.parse(await ask(`accept ${replaced.name} --yes`)) as { ok: boolean }).ok, true, answers.at(-1));
  await asleep(0, replaced.index);
  await waitFor(() => counted("loginCount") > before, { within: 2_000, what: "its login" });
  await waitFor(async () => (await shown())?.fault === null, {
    within: 5_000,
    what: () => `no fault; ${answers.at(-1)}`,
  });
});

test("a machine that was not replaced has nothing to accept", async () => {
  const answer = await ask(`accept ${replaced.name} --yes`);
  assert.match(answer, /was not replaced/);
});

/** As text, and in the codings in which passwords travel. */
const codings = (["utf8", "base64", "hex"] as const).map((coding) =>
  Buffer.from(minerLogin.password, "utf8").toString(coding).replace(/=+$/, ""),
);

const leaksIn = (text: string): readonly string[] => codings.filter((coded) => text.includes(coded));

test("the password is in nothing that the program stored, logged, published or answered", async () => {
  for (const page of ["status", "why", "points", "miners", "branches", "lines", "events", "help"]) await ask(page);
  container.weir().signal("SIGTERM");
  assert.is((await container.weir().end(25_000)).code, 0);
  const stored = readdirSync(container.data, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(container.data, name)).isFile(),
  );
  assert.ok(stored.length > 1 && container.weir().log().length > 5 && container.dispatcher.received.length > 5);
  const told: readonly (readonly [string, string])[] = [
    ...stored.map((name) => [name, readFileSync(join(container.data, name), "latin1")] as const),
    ["log", container.weir().log().join("\n")],
    ["MQTT", JSON.stringify(container.dispatcher.received)],
    ["shell", answers.join("\n")],
  ];
  assert.equal(
    told.flatMap(([where, text]) => leaksIn(text).map(() => where)),
    [],
  );
  assert.is.not(leaksIn(readFileSync(join(container.folder, "secrets.yaml"), "utf8")).length, 0, "the search finds it");
});

test.run();
