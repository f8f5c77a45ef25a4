import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as check from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { PointSite } from "../../src/model/site.ts";
import { parseText } from "../../src/site/document.ts";
import { loadSite, resolveDocument } from "../../src/site/load-site.ts";
import { loadSecrets } from "../../src/site/secrets.ts";
import { changed, loadText, problemsOf, testBoards, validSite, validText, withSiteFile } from "./site-under-test.ts";

const test = suite("load site");

function pointOf(name: string): PointSite {
  const devices = validSite().lines.flatMap((line) => line.devices);
  const point = devices.flatMap((device) => device.points).find((one) => one.name === name);
  assert.ok(point, name);
  return point;
}

test("a device without channels is read whole, with the site's poll; what the board reads slowly stays slow", () => {
  const [meter] = validSite().lines[0]?.devices ?? [];
  assert.is(meter?.points.length, 9);
  assert.is(pointOf("feeder-meter/powerWatts").pollMilliseconds, 200);
  assert.is(pointOf("feeder-meter/importWattHours").pollMilliseconds, 60_000);
  assert.is(pointOf("row-meter/powerWatts").pollMilliseconds, 1000);
});

test("a reversed current transformer turns and multiplies power, current and energy, with their bounds, and nothing else", () => {
  const { scale, minimum, maximum } = pointOf("row-meter/current1Amperes");
  assert.equal([scale, minimum, maximum], [-2, -2000, 10]);
  assert.is(pointOf("row-meter/powerWatts").scale, -2);
  assert.is(pointOf("row-meter/importWattHours").scale, -2000);
  assert.is(pointOf("row-meter/voltage1Volts").scale, 1);
});

test("a channel is read only where the site wires it, in the site's unit", () => {
  const points = validSite().lines[1]?.devices[0]?.points.map(({ name }) => name);
  assert.equal(points, ["temperatures/tank1Celsius", "temperatures/tank1LitersPerMinute", "temperatures/tank1Percent"]);
  const flow = pointOf("temperatures/tank1LitersPerMinute");
  // 4 mA are 4,000 raw, 20 mA 20,000.
  assert.ok(Math.abs(4000 * flow.scale + flow.offset) < 1e-9);
  assert.ok(Math.abs(20_000 * flow.scale + flow.offset - 250) < 1e-9);
});

test("a board's bounds of a free input tell a broken sensor on the raw number, the site's a value that cannot be", () => {
  const flow = pointOf("temperatures/tank1LitersPerMinute");
  assert.equal([Math.round(flow.rawMinimum ?? 0), Math.round(flow.rawMaximum ?? 0)], [3600, 21_000]);
  assert.equal([flow.minimum, flow.maximum], [null, null]);
  const tank = pointOf("temperatures/tank1Celsius");
  assert.equal([tank.rawMinimum, tank.rawMaximum, tank.minimum, tank.maximum], [-500, 2000, 0, 90]);
  assert.equal(
    [pointOf("feeder-meter/voltage1Volts").rawMaximum, pointOf("feeder-meter/voltage1Volts").maximum],
    [null, 500],
  );
});

test("the probe sees the device as its board describes it, whatever the installation", () => {
  const probe = validSite().lines[0]?.devices[1]?.probe;
  assert.equal(
    [probe?.point.name, probe?.point.scale, probe?.minimum, probe?.maximum],
    ["row-meter/frequencyHertz", 1, 40, 70],
  );
});

test("ranges are counted out into machines with names, phases and the row's model", () => {
  const { miners, minerModels } = validSite();
  assert.is(miners.length, 11);
  assert.equal([miners[0]?.name, miners[0]?.host, miners[0]?.phase], ["a-001", "127.10.1.1", 1]);
  assert.equal([miners[9]?.name, miners[9]?.host, miners[9]?.phase], ["a-010", "127.10.1.10", 1]);
  assert.equal([miners[10]?.name, miners[10]?.port, miners[10]?.phase], ["b", 4028, null]);
  assert.is(minerModels[miners[10]?.model ?? ""]?.wakeMilliseconds, 300_000);
  assert.is(minerModels["plain-miner"]?.ratedWatts, 3400);
});

test("branches know their meter's points, tanks their limits, the container its sums and defaults", () => {
  const site = validSite();
  const phases = [1, 2, 3].map((phase) => `row-meter/current${phase}Amperes`);
  assert.equal(site.branches[1]?.meter?.currentAmperes, phases);
  assert.is(site.branches[2]?.meter, null);
  assert.is(site.auxiliaryWatts, 3000);
  assert.equal(site.coolingOutputs, ["io-1/pump", "io-1/dryCooler"]);
  assert.is(site.tanks[0]?.flow?.proofMilliseconds, 5000);
  assert.is(site.policy.startHoldMilliseconds, 15_000);
  assert.is(site.clock, "system");
  assert.match(site.configurationHash, /^[0-9a-f]{64}$/);
});

test("the configuration hash changes with the site file", () => {
  const other = loadText(changed(["ratedWatts: 60000", "ratedWatts: 59000"]));
  assert.ok(other.ok);
  assert.is.not(other.value.configurationHash, validSite().configurationHash);
});

test("JSON is read like YAML", () => {
  const document = parseText("valid.yaml", validText);
  assert.ok(document.ok);
  const loaded = loadText(JSON.stringify(document.value.value, null, 2));
  assert.ok(loaded.ok);
  assert.is(loaded.value.miners.length, 11);
});

test("shape errors say what was found, what was expected, and where, all at once", () => {
  const problems = problemsOf(
    changed(
      ["ratedWatts: 60000", "ratedWatts: plenty"],
      ["breakerAmperes: 16", "brakerAmperes: 16"],
      ["phases: 3, meter: feeder", "phases: 2, meter: feeder"],
    ),
  );
  const facts = problems.map(({ pointer, found, expected }) => `${pointer}: ${found}; ${expected}`);
  assert.equal(facts, [
    '/ratedWatts: "plenty"; a value of type number [W] (Highest net import at the metering point.)',
    "/branches/0/phases: 2; one of 1, 3",
    "/branches/2: no `breakerAmperes`; `breakerAmperes`: Rating of its breaker.",
    '/branches/2/brakerAmperes: unknown word "brakerAmperes"; only words of the schema',
  ]);
  assert.is(problems[3]?.remedy, "did you mean breakerAmperes?");
});

test("syntax errors say their line", () => {
  const [problem] = problemsOf(changed(["ratedWatts: 60000", "ratedWatts: 60000\nratedWatts: 50000"]));
  assert.match(problem?.found ?? "", /unique/);
  assert.is(problem?.line, validText.split("\n").findIndex((line) => line.startsWith("ratedWatts:")) + 2);
});

test("secrets that others may read are refused, and what is in them is never shown", () => {
  const loaded = loadText(validText, 0o644);
  assert.not.ok(loaded.ok);
  if (loaded.ok) return;
  assert.equal(
    loaded.error.map(({ found }) => found),
    ["mode 0644"],
  );
  withSiteFile(validText, 0o600, (file) => {
    writeFileSync(file.replace("site.yaml", "secrets.yaml"), "row-a: { user: admin, password: 12345 }\n");
    const refused = loadSecrets(file);
    assert.not.ok(refused.ok);
    assert.not.match(JSON.stringify(refused), /12345/);
  });
});

test("secrets are read by the names of the site", () => {
  withSiteFile(validText, 0o600, (file) => {
    const secrets = loadSecrets(file);
    assert.ok(secrets.ok);
    if (secrets.ok) assert.equal({ ...secrets.value["row-a"] }, { user: "admin", password: "test" });
  });
});

test("files that are missing, huge or full of aliases are problems, not exceptions", () => {
  const folder = mkdtempSync(join(tmpdir(), "weir-site-"));
  try {
    const huge = join(folder, "huge.yaml");
    writeFileSync(huge, "#".repeat(2_000_000));
    const bomb = join(folder, "bomb.yaml");
    const levels = Array.from(
      { length: 12 },
      (_, level) => `a${level + 1}: &a${level + 1} [${"*a0,".replaceAll("0", String(level)).repeat(9)}]`,
    );
    writeFileSync(bomb, `a0: &a0 [x]\n${levels.join("\n")}\n`);
    for (const file of [join(folder, "none.yaml"), folder, huge, bomb]) assert.not.ok(loadSite(file).ok, file);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);

test(`random damage to a site file never throws (seed ${seed})`, () => {
  const bytes = Buffer.from(validText);
  const damage = check.array(check.tuple(check.nat(bytes.length - 1), check.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 12,
  });
  const property = check.property(damage, check.nat(bytes.length), (changes, cut) => {
    const damaged = Buffer.from(bytes);
    for (const [at, value] of changes) damaged[at] = value;
    const text = damaged.subarray(cut % 7 === 0 ? cut : 0).toString("utf8");
    const document = parseText("damaged.yaml", text);
    const problems = document.ok ? resolveDocument(document.value, { boards: testBoards }) : document;
    if (problems.ok) return;
    for (const { line, pointer, found, expected, remedy } of problems.error) {
      assert.ok(line >= 1 && line <= text.split("\n").length + 1, `line ${line}`);
      assert.ok(pointer === "" || pointer.startsWith("/"));
      assert.ok(found !== "" && expected !== "" && remedy !== "");
    }
  });
  void check.assert(property, { seed, numRuns: 150 });
});

test.run();
