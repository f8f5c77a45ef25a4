/** `weir miner` as a program of its own against simulated machines. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MinerReport } from "../../src/model/miner.ts";
import { FarEnd, loopback, password } from "../drivers/miners/far-end.ts";
import { waitFor } from "../waiting.ts";

const test = suite("weir miner");

const folder = mkdtempSync(join(tmpdir(), "weir-miner-"));
const passwordFile = join(folder, "password");
const access = ["--user", "root", "--password-file", passwordFile];
const whatsminerHost = loopback(1);
const antminerHost = loopback(2);
const strangerHost = loopback(3);
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
  assert.match(asleep.text, "sleep: proven by read-back");
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

test("searches a range without a password: what each machine speaks, and what is none", async () => {
  const range = `${loopback(1)}-${loopback(9)}`;
  const [text, json, empty] = await Promise.all([
    weirMiner(range, "--web-port", "8081"),
    weirMiner(range, ...web, "--json"),
    weirMiner(`${loopback(16)}/30`),
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
    [[whatsminerHost, "--dialect", "klingon"], "none of whatsminer-v2"],
  ] as const) {
    const printed = await weirMiner(...words);
    assert.is(printed.exitCode, 2, printed.text);
    assert.match(printed.text, what);
  }
});

test.run();
