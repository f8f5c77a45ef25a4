/** Nothing that the real program logs at its most verbose, stores, publishes or answers holds a password of a machine, or what machines of any dialect hand out or take in its place. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FarEnd, loopback } from "../drivers/miners/far-end.ts";
import { leaksIn, rightPassword, wrongPassword } from "../drivers/miners/leaks.ts";
import { waitFor } from "../waiting.ts";
import { askShell } from "./ask-shell.ts";
import { type Container, startContainer } from "./container.ts";
import { minerLogin } from "./site-file.ts";

const test = suite("secrets of a whole container");

const figures = {
  ratedWatts: 1_000,
  peakWakeWatts: 1_050,
  asleepWatts: 15,
  ratedTerahashesPerSecond: 50,
  sleepSeconds: 2,
  wakeSeconds: 3,
  maximumInletCelsius: 60,
  hashesAfterPowerCycle: true,
};

/** One model of each dialect, and whether it takes commands. */
const models = [
  ["whatsminer", "whatsminer-m50", true],
  ["whatsminer-v3", "whatsminer-m60", true],
  ["antminer", "antminer-s19-xp", true],
  ["avalon", "avalon-a1246", true],
  ["luxos", "antminer-s19k-pro-luxos", true],
  ["braiins", "antminer-s19-xp-braiins", true],
  ["braiins-graphql", "antminer-s21-plus-braiins", false],
  ["vnish", "antminer-s19j-pro-vnish", true],
  ["epic", "antminer-s19-xp-epic", true],
  ["sealminer", "sealminer-a2", false],
  ["ebang", "ebang-ebit", false],
] as const;

const onPages = ["antminer", "braiins", "braiins-graphql", "vnish", "ebang"];

/** Of each dialect one whose login is right, and one whose is not. */
const all = models.flatMap(([kind, model, commanded], index) =>
  (["right", "wrong"] as const).map((login, second) => ({
    name: `${kind}-${login}`,
    kind,
    model,
    login,
    commanded,
    host: loopback(60 + 2 * index + second),
    credentials: `${login}-${kind === "whatsminer-v3" ? "super" : "root"}`,
  })),
);

const rows = all.map(({ name, kind, model, host, credentials }) => ({
  name,
  model,
  addresses: host,
  ...(onPages.includes(kind) ? { webPort: 8080 } : {}),
  tank: "tank-1",
  branch: "machines",
  phase: "rotate",
  credentials,
  overrides: figures,
}));

let container: Container;
let farEnd: FarEnd;
let answers: readonly string[] = [];

test.before(async () => {
  farEnd = await FarEnd.start({
    machines: all.map(({ name, kind, host }) => ({
      name,
      kind,
      host,
      webPort: 8080,
      ratedWatts: figures.ratedWatts,
      sleepSeconds: 1,
      wakeSeconds: 2,
    })),
    user: "root",
    password: rightPassword,
  });
  container = await startContainer({
    machines: 1,
    ratedWatts: 40_000,
    // Machines that take no commands need a contactor above them.
    hardwired: false,
    entries: { miners: rows },
  });
  const logins = ["root", "super"].flatMap((user) => [
    [`right-${user}`, { user, password: rightPassword }],
    [`wrong-${user}`, { user, password: wrongPassword }],
  ]);
  const secrets = { ...Object.fromEntries(logins), whatsminer: minerLogin };
  writeFileSync(join(container.folder, "secrets.yaml"), JSON.stringify(secrets), { mode: 0o600 });
  container.dispatcher.beat(true);
  container.startWeir({}, ["--log-level", "debug"]);
  await container.online();
});

test.after(async () => {
  await container.stop();
  await farEnd.kill();
});

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

async function shown(): Promise<readonly Shown[]> {
  const { miners = [] } = JSON.parse(await ask("miners")) as { readonly miners?: readonly Shown[] };
  return miners;
}

async function wait(what: string, holds: (miners: readonly Shown[]) => boolean): Promise<void> {
  await waitFor(async () => holds(await shown()), { within: 40_000, what: () => `${what}; ${answers.at(-1)}` });
}

const rightOnes = all.filter(({ login }) => login === "right");
const commanded = rightOnes.filter((one) => one.commanded);

test("machines of every dialect are read, put to sleep, refuse their login and fail, and nobody tells a secret", async () => {
  const modeOf = (miners: readonly Shown[], name: string) => miners.find((one) => one.name === name);
  await wait("every machine read", (miners) =>
    rightOnes.every(({ name }) => (modeOf(miners, name)?.mode ?? "unknown") !== "unknown"),
  );
  await ask("lockout --yes");
  await wait("all asleep", (miners) =>
    commanded.every(({ name }) => /asleep|stopped/.test(modeOf(miners, name)?.mode ?? "")),
  );
  farEnd.fault("*", "truncated", true);
  await wait("machines failing", (miners) => rightOnes.some(({ name }) => modeOf(miners, name)?.fault !== null));
  farEnd.fault("*", "truncated", false);
  for (const page of ["status", "why", "points", "miners", "branches", "lines", "events", "help"]) await ask(page);
  // Its contact is seen open: nothing is left that the end would have to wait for.
  container.coolingTruth({ "io/input3": 0 });
  container.weir().signal("SIGTERM");
  await container.weir().end(75_000);
  await farEnd.told();
  const proofs = Object.values(farEnd.secrets).flat();
  assert.ok(proofs.length >= 10, "the machines handed something out");
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
    told.flatMap(([where, text]) => leaksIn(text, proofs).map((secret) => `${where}: ${secret}`)),
    [],
  );
});

test.run();
