/** What `weir doctor` says of machines that are there, replaced, moved, missing, strange, or none of the site's. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Check } from "../../../src/field/doctor/check.ts";
import { checkMachines } from "../../../src/field/doctor/machines-check.ts";
import type { MinerDialect, Site } from "../../../src/model/site.ts";
import type { MachineKind } from "../../../src/sim/wires/miners/setup.ts";
import { modelForTests } from "../../control/site-for-tests.ts";
import { clock, FarEnd, loopback, password } from "../../drivers/miners/far-end.ts";
import { validSite } from "../../site/site-under-test.ts";
import { waitFor } from "../../waiting.ts";

const test = suite("machines as the doctor sees them");

const folder = mkdtempSync(join(tmpdir(), "weir-machines-"));
const memoryFile = join(folder, "machines.json");
const neighboursFile = join(folder, "arp");
const printer = createServer((_request, response) => response.end("<html><title>Printer</title></html>"));
const printerHost = loopback(7);
const hosts = {
  good: loopback(1),
  replaced: loopback(2),
  moved: loopback(3),
  movedTo: loopback(9),
  other: loopback(4),
  secret: loopback(5),
  missing: loopback(6),
  stranger: printerHost,
  unexpected: loopback(8),
  told: loopback(10),
};
const macOf = (number: number): string => `02:00:00:00:00:0${number}`;
let farEnd: FarEnd;
let checks: readonly Check[];
let looked: (readonly [number, number])[] = [];

const machine = (name: string, kind: MachineKind, host: string) => ({
  name,
  kind,
  host,
  ratedWatts: 3300,
  webPort: 8080,
});

function siteOf(): Site {
  const models = ["whatsminer-v2", "bitmain-stock", "none"] as const;
  const place = { port: null, webPort: null, tank: "tank-1", branch: "row", phase: null, credentials: "row" };
  const named = (name: string, host: string, model: MinerDialect = "whatsminer-v2") => ({
    ...place,
    name,
    host,
    model,
  });
  return {
    ...validSite(),
    minerModels: Object.fromEntries(models.map((dialect) => [dialect, { ...modelForTests, name: dialect, dialect }])),
    miners: [
      named("good", hosts.good),
      { ...named("replaced", hosts.replaced, "bitmain-stock"), webPort: 8080 },
      named("moved", hosts.moved),
      named("other", hosts.other),
      { ...named("secret", hosts.secret, "bitmain-stock"), webPort: 8080, credentials: "wrong" },
      named("missing", hosts.missing),
      { ...named("stranger", hosts.stranger), port: 8081 },
      named("told", hosts.told),
      named("switched", loopback(20), "none"),
    ],
    // Overlapping each other and the rows.
    searchAddresses: [`${loopback(8)}-${loopback(10)}`, `${loopback(8)}/30`, hosts.unexpected],
  };
}

test.before(async () => {
  await new Promise<void>((resolve) => printer.listen({ host: printerHost, port: 8081 }, resolve));
  farEnd = await FarEnd.start({
    machines: [
      machine("good", "whatsminer", hosts.good),
      machine("replaced", "antminer", hosts.replaced),
      machine("moved", "whatsminer", hosts.movedTo),
      machine("other", "avalon", hosts.other),
      machine("secret", "antminer", hosts.secret),
      machine("unexpected", "avalon", hosts.unexpected),
      machine("told", "whatsminer", hosts.told),
    ],
    user: "root",
    password,
  });
  writeFileSync(
    memoryFile,
    JSON.stringify({
      good: { mac: macOf(1) },
      replaced: { mac: macOf(2) },
      moved: { mac: macOf(3) },
      told: { mac: macOf(4) },
    }),
  );
  const neighbours = [
    [hosts.good, macOf(1)],
    [hosts.replaced, macOf(9)],
    [hosts.movedTo, macOf(3)],
  ];
  const rows = neighbours.map(([host, mac]) => `${host} 0x1 0x2 ${mac} * eth0\n`);
  writeFileSync(neighboursFile, `IP address HW type Flags HW address Mask Device\n${rows.join("")}`);
  const secrets = { row: { user: "root", password }, wrong: { user: "root", password: "old" } };
  checks = await checkMachines(siteOf(), secrets, {
    clock,
    shared: { memoryFile, neighboursFile },
    onLooked: (done, all) => {
      looked = [...looked, [done, all]];
    },
  });
});
test.after(async () => {
  printer.close();
  await farEnd.kill();
  rmSync(folder, { recursive: true });
});

const told = (subject: string): readonly string[] =>
  checks
    .filter((check) => check.subject === subject)
    .map(({ name, verdict, found, remedy }) => `${verdict} ${name}: ${found}${remedy === null ? "" : ` -> ${remedy}`}`);

test("a machine as it was is read and passes", () => {
  assert.is(told("good").length, 1);
  assert.match(told("good")[0] ?? "", /^pass reachable: .*MicroBT .*hashing/);
});

test("a replaced machine is named with both MACs and how to accept it, and was sent no password", async () => {
  assert.is(told("replaced").length, 1);
  assert.match(
    told("replaced")[0] ?? "",
    /^fail replaced: .*00:09, before it was .*00:02 -> .*weir shell accept replaced/,
  );
  // Counts of one far end arrive together: one of its dialect that was sent a password has told so.
  await waitFor(() => (farEnd.effects["secret/loginCount"] ?? 0) > 0, { within: 3_000, what: "a login of `secret`" });
  assert.is(farEnd.effects["replaced/loginCount"] ?? 0, 0);
});

test("behind a router, where the machine itself tells its MAC, a replaced one is noticed as well", () => {
  assert.match(told("told")[0] ?? "", /^fail replaced: .*before it was .*00:04/);
});

test("a moved machine is named with where it is and what to do", () => {
  assert.equal(told("moved").length, 1);
  assert.match(told("moved")[0] ?? "", `fail moved: answers on ${hosts.movedTo} instead of ${hosts.moved} -> `);
  assert.equal(told(hosts.movedTo), []);
});

test("another dialect, a missing machine and a stranger each have their sentence", () => {
  assert.match(told("other")[0] ?? "", /speaks avalon, the site's model whatsminer-v2 -> /);
  assert.match(told("missing")[0] ?? "", /nothing answers -> /);
  assert.match(told("stranger")[0] ?? "", /port 8081: .*titled "Printer"/);
});

test("a wrong password is told, and tried once", () => {
  assert.match(told("secret")[0] ?? "", /credentials-refused -> Check its entry in the secrets file/);
});

test("a machine that the site does not name is a warning", () => {
  assert.is(told(hosts.unexpected).length, 1);
  assert.match(told(hosts.unexpected)[0] ?? "", /^warn unexpected: .*speaks avalon/);
});

test("machines without an API are not looked for; the search tells how many it found, and how far it is", () => {
  assert.equal(told("switched"), []);
  assert.match(told("machines")[0] ?? "", /^pass search: 7 machines on 10 addresses/);
  assert.equal(looked.at(-1), [10, 10]);
});

test("nothing is written to the controller's memory, and nothing to a machine", () => {
  assert.is(JSON.parse(readFileSync(memoryFile, "utf8")).missing, undefined);
  assert.equal(Object.keys(JSON.parse(readFileSync(memoryFile, "utf8"))), ["good", "replaced", "moved", "told"]);
  assert.is(
    Object.keys(farEnd.effects).filter((name) => name.endsWith("/writeCount") && farEnd.effects[name] !== 0).length,
    0,
  );
});

test.run();
