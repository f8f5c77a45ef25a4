import { chmodSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryFolder } from "../drivers/serial/line-under-test.ts";
import { weir } from "../field/far-lines.ts";
import { testBoards, validText } from "../site/site-under-test.ts";

const test = suite("weir doctor");
const folder = temporaryFolder();
const site = folder.path("site.yaml");
const secrets = folder.path("secrets.yaml");

test.before(() => {
  writeFileSync(site, validText);
  writeFileSync(secrets, "row-a: { user: admin, password: test }\n");
  chmodSync(secrets, 0o600);
});

test.after(() => folder.remove());

const doctor = (...words: readonly string[]) => weir(["doctor", "--site", site, "--boards", testBoards, ...words]);

interface Told {
  readonly subject: string;
  readonly name: string;
  readonly verdict: string;
  readonly found: string;
  readonly remedy: string | null;
}

test("says of everything that is missing what to do, and ends with 1", async () => {
  const { status, stdout } = await doctor("--json", "--seconds", "1");
  const { good, checks }: { good: boolean; checks: readonly Told[] } = JSON.parse(stdout);
  assert.equal([status, good], [1, false]);
  const told = (subject: string) => checks.filter((check) => check.subject === subject);
  assert.match(told("power")[0]?.found ?? "", /\/dev\/null-line-1 does not exist\./);
  assert.match(told("cooling")[0]?.found ?? "", /\/dev\/null-line-2 does not exist\./);
  assert.match(told("tank-board")[0]?.found ?? "", /\/dev\/null-board does not exist\./);
  assert.is(told("mqtt://127.0.0.1:1883").length, 1);
  assert.match(told("b")[0]?.found ?? told("b-1")[0]?.found ?? "", /^127\.10\.2\.1: unreachable, nothing answers/);
  assert.is(checks.filter(({ found }) => /: unreachable/.test(found)).length, 11);
  assert.ok(checks.some(({ subject, name }) => subject === "clock" && name === "trust"));
  for (const { verdict, remedy } of checks) assert.is(verdict === "pass", remedy === null);
});

test("looks at one part when told to, and counts in the last line", async () => {
  const { status, stdout } = await doctor("--only", "lines", "--seconds", "1");
  assert.is(status, 1);
  assert.match(stdout, /^FAIL {2}power {2}port: \/dev\/null-line-1 does not exist\.\n {6}to do: .*Check the USB plug/m);
  assert.match(stdout, /\n1 pass, 0 warn, 2 fail\n$/);
});

test("secrets that others may read, and wrong words, end with 2", async () => {
  chmodSync(secrets, 0o644);
  const { status, stdout } = await doctor();
  chmodSync(secrets, 0o600);
  assert.is(status, 2);
  assert.match(stdout, /FAIL {2}\S*secrets\.yaml:1 .*mode 0644.*\n {6}to do: chmod 600/);
  assert.is((await doctor("--only", "soul")).status, 2);
  assert.is((await doctor("--seconds", "0")).status, 2);
});

test.run();
