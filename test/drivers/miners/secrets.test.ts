/** Nothing that a machine's link, `weir miner` or `weir doctor` says holds a password, or what a machine of any dialect hands out or takes in its place. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { abilities } from "../../../src/drivers/miners/abilities.ts";
import type { MinerTool } from "../../../src/drivers/miners/miner-tool.ts";
import type { MinerShared } from "../../../src/drivers/miners/shared.ts";
import { checkMachines } from "../../../src/field/doctor/machines-check.ts";
import type { MinerReport } from "../../../src/model/miner.ts";
import type { Site } from "../../../src/model/site.ts";
import type { MachineKind } from "../../../src/sim/wires/miners/setup.ts";
import { modelForTests } from "../../control/site-for-tests.ts";
import { validSite } from "../../site/site-under-test.ts";
import { clock, dialects, FarEnd, linkTo, loopback, quickShared, waitForReport } from "./far-end.ts";
import { leaksIn, rightPassword, wrongPassword } from "./leaks.ts";

const test = suite("secrets of the machines");

const kinds = (Object.keys(dialects) as MachineKind[]).filter((kind) => kind !== "none");

/** Whose machines ask for a proof that is not the password itself. */
const proving = ["whatsminer", "whatsminer-v3", "antminer", "luxos", "braiins", "vnish", "ebang"] as const;

/** Every way of answering badly that a far end knows on its wire. */
const failures = ["malformed", "truncated", "early-close", "no-reply", "forget-tokens", "token-limit"] as const;

const machine = (name: string, kind: MachineKind, number: number) => ({
  name,
  kind,
  host: loopback(number),
  webPort: 8080,
  ratedWatts: 3300,
  sleepSeconds: 0.1,
  wakeSeconds: 0.3,
});
const machines = kinds.map((kind, index) => machine(kind, kind, index + 1));
const refusing = kinds.map((kind, index) => machine(`${kind}-refusing`, kind, index + 101));
const folder = mkdtempSync(join(tmpdir(), "weir-secrets-"));

/** The command is proven, given up, or none that its firmware has. */
const ended = ({ command }: MinerReport): boolean =>
  command?.readBackAt !== undefined || command?.failedAt !== undefined || command?.fault === "command-refused";

const userOf = (kind: MachineKind): string => (kind === "whatsminer-v3" ? "super" : "root");

let farEnd: FarEnd;
let shared: MinerShared;
/** Everything that was said, with who said it. */
const said: (readonly [who: string, text: string])[] = [];
const keep = (who: string, value: unknown): void => void said.push([who, JSON.stringify(value) ?? ""]);

test.before(async () => {
  farEnd = await FarEnd.start({ machines: [...machines, ...refusing], user: "root", password: rightPassword });
  // An Avalon switches at a whole second, up to two ahead.
  shared = quickShared({ readBackMilliseconds: 2_900, postReplyMilliseconds: 1_000 });
  writeFileSync(join(folder, "right"), `${rightPassword}\n`, { mode: 0o600 });
  writeFileSync(join(folder, "wrong"), `${wrongPassword}\n`, { mode: 0o600 });
});

test.after(async () => {
  await shared.stop();
  await farEnd.kill();
  rmSync(folder, { recursive: true });
});

/** Who said something that nobody may know. */
async function leaks(): Promise<readonly string[]> {
  await farEnd.told();
  const proofs = Object.values(farEnd.secrets).flat();
  return said.flatMap(([who, text]) => leaksIn(text, proofs).map((secret) => `${who}: ${secret}`));
}

/** All that a technician may ask of it. */
async function askAll(link: MinerTool, who: string): Promise<void> {
  keep(who, await link.inspect());
  keep(who, await link.access());
  keep(who, await link.order({ kind: "locate", on: true }));
  keep(who, await link.look());
}

/** Read, put to sleep, asked for everything, then failing in each way. */
async function liveThrough(one: (typeof machines)[number]): Promise<void> {
  const link = linkTo(one, shared, rightPassword, userOf(one.kind));
  try {
    await waitForReport(link, `${one.kind} read`, (report) => report.at !== undefined, 10_000);
    keep(`${one.kind} at work`, link.report());
    link.target({ mode: "sleep" });
    const slept = await waitForReport(link, `${one.kind} told to sleep`, ended, 15_000);
    assert.is(slept.command?.readBackAt !== undefined, abilities[dialects[one.kind]].sleep !== undefined, one.kind);
    await askAll(link, `${one.kind} asleep`);
    for (const failure of failures) {
      farEnd.fault(one.name, failure, true);
      await askAll(link, `${one.kind} with ${failure}`);
      farEnd.fault(one.name, failure, false);
    }
  } finally {
    await link.stop();
  }
}

/** Never let in. */
async function beRefused(one: (typeof machines)[number]): Promise<void> {
  const link = linkTo(one, shared, wrongPassword, userOf(one.kind));
  try {
    await waitForReport(link, `${one.name} tried`, ({ at, fault }) => at !== undefined || fault !== "not-read-yet");
    link.target({ mode: "sleep" });
    await waitForReport(link, `${one.name} told to sleep`, ended, 15_000);
    await askAll(link, one.name);
  } finally {
    await link.stop();
  }
}

test("no report, detail or outcome of a link holds one: read, put to sleep, refused, failing", async () => {
  await Promise.all([...machines.map(liveThrough), ...refusing.map(beRefused)]);
  assert.equal(await leaks(), []);
  for (const kind of proving) assert.ok((farEnd.secrets[kind] ?? []).length > 0, `${kind} handed out nothing`);
  for (const kind of ["antminer", "braiins", "vnish", "epic", "ebang", "whatsminer", "whatsminer-v3"])
    assert.ok((farEnd.effects[`${kind}-refusing/refusedCount`] ?? 0) > 0, `${kind} refused nobody`);
});

test("the search finds each of them where it is", async () => {
  await farEnd.told();
  const proofs = Object.values(farEnd.secrets).flat();
  for (const secret of [rightPassword, wrongPassword, ...proofs])
    assert.ok(leaksIn(JSON.stringify({ nested: [`before ${secret} after`] }), proofs).length > 0, secret);
  for (const login of [`root:${rightPassword}`, `super:${wrongPassword}`])
    assert.ok(leaksIn(Buffer.from(login, "utf8").toString("base64"), []).length > 0, login);
});

const program = fileURLToPath(new URL("../../../src/main.js", import.meta.url));

/** What `weir miner` prints, on either stream. */
function weirMiner(...words: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, "miner", ...words], { timeout: 60_000 }, (_error, out, err) =>
      resolve(out + err),
    );
  });
}

test("`weir miner` prints none, as text or as JSON", async () => {
  const asked = [
    ...machines.map((one) => [one, "right", ["--json"]] as const),
    ...refusing.filter(({ kind }) => proving.some((one) => one === kind)).map((one) => [one, "wrong", []] as const),
  ];
  await Promise.all(
    asked.map(async ([{ name, kind, host }, login, more]) => {
      const access = ["--user", userOf(kind), "--password-file", join(folder, login)];
      const text = await weirMiner(host, "read", "--dialect", dialects[kind], "--web-port", "8080", ...access, ...more);
      assert.match(text, host, `${name} prints nothing`);
      said.push([`weir miner ${name}`, text]);
    }),
  );
  assert.equal(await leaks(), []);
});

function siteOf(): Site {
  const all = [...machines, ...refusing];
  const place = { port: null, webPort: 8080, tank: "tank-1", branch: "row", phase: null };
  return {
    ...validSite(),
    minerModels: Object.fromEntries(
      kinds.map((kind) => [kind, { ...modelForTests, name: kind, dialect: dialects[kind] }]),
    ),
    miners: all.map(({ name, kind, host }) => ({
      ...place,
      name,
      host,
      model: kind,
      credentials: `${machines.some((one) => one.name === name) ? "right" : "wrong"}-${userOf(kind)}`,
    })),
    searchAddresses: [],
  };
}

test("`weir doctor` says none of its checks with one", async () => {
  const logins = ["root", "super"].flatMap((user) => [
    [`right-${user}`, { user, password: rightPassword }] as const,
    [`wrong-${user}`, { user, password: wrongPassword }] as const,
  ]);
  const checks = await checkMachines(siteOf(), Object.fromEntries(logins), { clock });
  for (const { name } of machines)
    assert.ok(
      checks.some(({ subject }) => subject === name),
      name,
    );
  assert.ok(checks.some(({ found }) => found.includes("credentials-refused")));
  keep("weir doctor", checks);
  assert.equal(await leaks(), []);
});

test.run();
