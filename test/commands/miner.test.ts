/** `weir miner` as a program of its own against simulated machines. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { perform } from "../../src/commands/miner-action.ts";
import type { MinerReport } from "../../src/model/miner.ts";
import { FarEnd, linkTo, loopback, password, quickShared } from "../drivers/miners/far-end.ts";
import { waitFor } from "../waiting.ts";

const test = suite("weir miner");

const folder = mkdtempSync(join(tmpdir(), "weir-miner-"));
const passwordFile = join(folder, "password");
const access = ["--user", "root", "--password-file", passwordFile];
const whatsminerHost = loopback(1);
const antminerHost = loopback(2);
const strangerHost = loopback(3);
const braiinsHost = loopback(17);
const sealminerHost = loopback(18);
const vnishHost = loopback(19);
const slow = { name: "slow", kind: "whatsminer", host: loopback(20), ratedWatts: 3300, sleepSeconds: 600 } as const;
const stranger = createServer((_request, response) => response.end("<html><title>Printer</title></html>"));
const web = ["--web-port", "8080"];
let farEnd: FarEnd;

interface Printed {
  readonly exitCode: number;
  readonly text: string;
  readonly report: MinerReport;
}

async function weirMiner(...words: string[]): Promise<Printed> {
  const main = fileURLToPath(new URL("../../src/main.js", import.meta.url));
  const { exitCode, text } = await new Promise<{ exitCode: number; text: string }>((resolve) => {
    execFile(process.execPath, [main, "miner", ...words], { timeout: 20_000 }, (error, out, err) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), text: out + err }),
    );
  });
  const report = words.includes("--json") ? (JSON.parse(text) as { report: MinerReport }).report : ({} as MinerReport);
  return { exitCode, text, report };
}

test.before(async () => {
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const plate = { ratedWatts: 3300, sleepSeconds: 0.2, wakeSeconds: 0.5 };
  const machines = [
    { name: "w", kind: "whatsminer", host: whatsminerHost, ...plate },
    { name: "a", kind: "antminer", host: antminerHost, webPort: 8080, ...plate },
    { name: "b", kind: "braiins", host: braiinsHost, webPort: 8080, ...plate },
    { name: "s", kind: "sealminer", host: sealminerHost, ...plate },
    { name: "v", kind: "vnish", host: vnishHost, webPort: 8080, ...plate },
    slow,
  ] as const;
  await new Promise<void>((resolve) => stranger.listen({ host: strangerHost, port: 8081 }, resolve));
  farEnd = await FarEnd.start({ machines, user: "root", password });
});
test.after(async () => {
  stranger.close();
  await farEnd.kill();
  rmSync(folder, { recursive: true });
});

test("finds out which machine it is and prints it", async () => {
  const [whatsminer, antminer] = await Promise.all([
    weirMiner(whatsminerHost),
    weirMiner(antminerHost, ...web, ...access, "--json"),
  ]);
  assert.is(whatsminer.exitCode, 0, whatsminer.text);
  assert.match(whatsminer.text, "MicroBT M50S_VH50");
  assert.match(whatsminer.text, "3300 W (measured)");
  assert.is(antminer.exitCode, 0, antminer.text);
  assert.is(antminer.report.identity?.make, "Bitmain");
});

test("puts a machine to sleep and wakes it, and says that it is proven", async () => {
  const asleep = await weirMiner(whatsminerHost, "sleep", ...access);
  assert.is(asleep.exitCode, 0, asleep.text);
  assert.match(asleep.text, /sleep: proven by read-back and by its own power: 3300 W before, \d{1,3} W after/);
  assert.is(asleep.text.includes(password), false);
  const awake = await weirMiner(whatsminerHost, "wake", ...access, "--json");
  assert.ok(awake.report.command?.readBackAt, awake.text);
  await waitFor(() => farEnd.writes("w") === 2, { within: 2_000, what: "two writes" });
});

test("trims, locates and reboots, and says what is known of it and what was proven", async () => {
  const limited = await weirMiner(whatsminerHost, "limit", "2500", ...access);
  assert.is(limited.exitCode, 0, limited.text);
  assert.match(limited.text, "limit 2500 W: proven by read-back");
  assert.match(limited.text, "restarts mining; 60 to 1560 s (manual V2.2");
  const located = await weirMiner(antminerHost, "locate", ...web, ...access);
  assert.is(located.exitCode, 0, located.text);
  await waitFor(() => farEnd.effects["a/located"] === 1, { within: 1_000, what: "the light" });
  const refused = await weirMiner(antminerHost, "limit", "2500", ...web, ...access);
  assert.is(refused.exitCode, 1);
  assert.match(refused.text, "its firmware does not have this command");
});

test("a machine that reads back as asleep and draws on is not asleep", async () => {
  const shared = quickShared();
  const link = linkTo(slow, shared);
  try {
    await waitFor(() => link.report().powerWatts === 3300, { within: 5_000, what: "a first read" });
    const sleep = { kind: "target", target: { mode: "sleep" } } as const;
    const outcome = await perform(link, sleep, (_what, _most, work) => work(), 300);
    assert.is(outcome?.proven, false, outcome?.text);
    assert.match(
      outcome?.text ?? "",
      /read back, but NOT proven: 3300 W before, 3\d{3} W after 0.3 s\. .* contactor/,
      outcome?.text,
    );
  } finally {
    await link.stop();
    await shared.stop();
  }
});

test("what a firmware cannot do is not tried, and what it takes is told", async () => {
  const [sleep, limit] = await Promise.all([
    weirMiner(sealminerHost, "sleep"),
    weirMiner(vnishHost, "limit", "900", ...web, ...access),
  ]);
  assert.is(sleep.exitCode, 1, sleep.text);
  assert.match(
    sleep.text,
    "sleep: NOT done, nothing was sent; nobody has published how to command it; only its contactor",
  );
  assert.is(limit.exitCode, 1, limit.text);
  assert.match(limit.text, "limit 900 W: NOT proven");
  assert.match(limit.text, "limits     1980 to 3300 W");
});

test("without a password none is sent: what can be read is read, else the screen says what is needed", async () => {
  const logins = (name: string): number => farEnd.effects[`${name}/loginCount`] ?? 0;
  const before = ["a", "b", "v"].map(logins);
  const [antminer, braiins, vnish] = await Promise.all([
    weirMiner(antminerHost, ...web),
    weirMiner(braiinsHost, ...web),
    weirMiner(vnishHost, ...web),
  ]);
  assert.is(antminer.exitCode, 0, antminer.text);
  assert.is(vnish.exitCode, 0, vnish.text);
  assert.is(braiins.exitCode, 1, braiins.text);
  assert.match(braiins.text, /speaks +braiins\n +access +it tells nothing without --user and --password-file/);
  assert.is(/wrong|not told/.test(braiins.text), false, braiins.text);
  await weirMiner(vnishHost, ...web, ...access);
  await waitFor(() => logins("v") > (before[2] ?? 0), { within: 2_000, what: "the login that was meant" });
  assert.equal(["a", "b"].map(logins), before.slice(0, 2));
  assert.is(logins("v"), (before[2] ?? 0) + 1);
});

test("searches a range without a password: what each machine speaks, and what is none", async () => {
  const range = `${loopback(1)}-${loopback(9)}`;
  const [text, json, empty] = await Promise.all([
    weirMiner(range, "--web-port", "8081"),
    // Overlapping: still each address once.
    weirMiner(`${range},${loopback(1)}-${loopback(3)},${loopback(0)}/29,${whatsminerHost}`, ...web, "--json"),
    weirMiner(`${loopback(28)}/30`),
  ]);
  assert.is(text.exitCode, 0, text.text);
  assert.match(text.text, /: 2 machines on 9 addresses, in [\d.]+ s\n/);
  assert.match(text.text, new RegExp(`${whatsminerHost} +whatsminer-v2 +WhatsMiner, API`));
  assert.match(text.text, new RegExp(`No machine that weir knows:\n {2}${strangerHost} +port 8081: .*"Printer"`));
  assert.match(text.text, "6 addresses do not answer.");
  const document = JSON.parse(json.text);
  assert.equal([document.good, document.addresses], [true, 9]);
  assert.equal(
    document.found.map((one: { machine?: { dialect: string } }) => one.machine?.dialect),
    ["whatsminer-v2", "bitmain-stock"],
  );
  assert.is(empty.exitCode, 1, empty.text);
  assert.match(empty.text, "0 machines on 2 addresses");
});

test("an address where nothing answers, and one where something else does: exit 1 and what was seen", async () => {
  const [nobody, other] = await Promise.all([weirMiner(loopback(9)), weirMiner(`${strangerHost}:8081`)]);
  assert.is(nobody.exitCode, 1);
  assert.match(nobody.text, "nothing answers");
  assert.is(other.exitCode, 1);
  assert.match(other.text, 'titled "Printer"');
});

test("read tells whether commands would be taken: with the password, with a wrong one, and not asked without", async () => {
  const [right, without] = await Promise.all([
    weirMiner(antminerHost, ...web, ...access),
    weirMiner(whatsminerHost, "--json"),
  ]);
  assert.is(right.exitCode, 0, right.text);
  assert.match(right.text, "access     granted; ", right.text);
  assert.is(JSON.parse(without.text).access, undefined);
  farEnd.fault("w", "write-disabled", true);
  const disabled = await weirMiner(whatsminerHost, "sleep", ...access);
  farEnd.fault("w", "write-disabled", false);
  assert.is(disabled.exitCode, 1, disabled.text);
  assert.match(disabled.text, /write-access-disabled: it takes no commands; with the maker's tool \(WhatsMinerTool\)/);
});

test("refused credentials: exit 1, and why", async () => {
  writeFileSync(passwordFile, "wrong\n");
  const read = await weirMiner(antminerHost, ...web, ...access);
  assert.is(read.exitCode, 1, read.text);
  assert.match(read.text, "credentials-refused: user or password is wrong; not tried again");
  const refused = await weirMiner(whatsminerHost, "sleep", ...access);
  assert.is(refused.exitCode, 1);
  assert.match(refused.text, "NOT proven");
  assert.match(refused.text, "credentials-refused");
});

test("wrong use is exit 2 with what was wrong", async () => {
  for (const [words, what] of [
    [["miner.example"], "names are never looked up"],
    [["10.0.0.0/8"], "at most 1024"],
    [["10.0.0.9-10.0.0.1"], "first to last"],
    [["10.0.0.0/24", "sleep"], "sleep is for one machine, and 10.0.0.0/24 names 254"],
    [[whatsminerHost, "explode"], "none of read, sleep, wake, limit, locate, reboot"],
    [[whatsminerHost, "limit", "lots"], "give watts, or percent"],
    [[whatsminerHost, "limit", "120%"], "give watts, or percent"],
    [[whatsminerHost, "locate", "there"], "it is on or off"],
    [[whatsminerHost, "sleep"], "needs --user and --password-file"],
    [[`${whatsminerHost}:x`], "is no port"],
    [[whatsminerHost, "--password-file", "/nowhere"], "its first line must be the password"],
    [[whatsminerHost, "--dialect", "klingon"], "none of whatsminer-v2"],
  ] as const) {
    const printed = await weirMiner(...words);
    assert.is(printed.exitCode, 2, printed.text);
    assert.match(printed.text, what);
  }
});

test.run();
