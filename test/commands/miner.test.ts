/** `weir miner` as a program of its own against simulated machines. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
  farEnd = await FarEnd.start({ machines, user: "root", password });
});
test.after(async () => {
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

test("refused credentials: exit 1, and why", async () => {
  writeFileSync(passwordFile, "wrong\n");
  const refused = await weirMiner(whatsminerHost, "sleep", ...access);
  assert.is(refused.exitCode, 1);
  assert.match(refused.text, "NOT proven");
  assert.match(refused.text, "credentials-refused");
});

test("wrong use is exit 2 with what was wrong", async () => {
  for (const [words, what] of [
    [["miner.example"], "names are never looked up"],
    [[whatsminerHost, "explode"], "none of read, sleep, wake"],
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
