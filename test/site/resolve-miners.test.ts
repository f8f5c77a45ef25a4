import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { abilities } from "../../src/drivers/miners/abilities.ts";
import type { MinerDialect, MinerModel } from "../../src/model/site.ts";
import { boardLibrary } from "../../src/site/boards.ts";
import { dataFolder } from "../../src/site/data-folder.ts";
import type { Finding } from "../../src/site/problem.ts";
import { resolveMiners, takeLimits } from "../../src/site/resolve-miners.ts";
import { validSite } from "./site-under-test.ts";

const test = suite("machines of a site");
const library = boardLibrary(`${dataFolder()}boards/`);
const measured = {
  ratedWatts: 3400,
  peakWakeWatts: 3500,
  asleepWatts: 20,
  ratedTerahashesPerSecond: 110,
  sleepSeconds: 10,
  wakeSeconds: 300,
  maximumInletCelsius: 55,
};

function resolved(model: string, overrides: Readonly<Record<string, number | boolean>>, addresses = "10.0.0.1") {
  const findings: Finding[] = [];
  const row = {
    name: "row",
    model,
    addresses,
    credentials: "row",
    overrides: { ...measured, ...overrides },
  };
  const file = { miners: [row], searchAddresses: ["10.0.0.0/24", "10.0.0.9-10.0.0.1"] } as unknown as Parameters<
    typeof resolveMiners
  >[0];
  const { models, rows } = resolveMiners(file, library, findings);
  const searching = findings.pop();
  return {
    findings,
    searching,
    names: rows[0]?.miners.map(({ name, host }) => `${name} ${host}`),
    model: models[`${model}/row`] as MinerModel,
  };
}

test("a machine whose lowest limit nobody tells is not trimmed", () => {
  const { findings, model } = resolved("whatsminer-m50", {});
  assert.equal(findings, []);
  assert.is(model.trim, null);
});

test("a lowest limit of the site is enough where the rest is published", () => {
  const { model } = resolved("whatsminer-m50", { minimumLimitWatts: 2000 });
  assert.equal(model.trim, { minimumWatts: 2000, restarts: true, settleMilliseconds: 1_560_000 });
});

test("figures of the site replace those of the file", () => {
  const told = { minimumLimitWatts: 1500, limitSettleSeconds: 90, limitRestartsMining: false };
  assert.equal(resolved("whatsminer-m50", told).model.trim, {
    minimumWatts: 1500,
    restarts: false,
    settleMilliseconds: 90_000,
  });
});

test("whether a limit restarts mining is asked for where nobody tells", () => {
  const unknown = resolved("antminer-s19k-pro-luxos", { limitSettleSeconds: 60 });
  assert.is(unknown.model.trim, null);
  assert.is(unknown.findings[0]?.expected, "limitRestartsMining");
  const { model, findings } = resolved("antminer-s19k-pro-luxos", {
    limitSettleSeconds: 60,
    limitRestartsMining: true,
  });
  assert.equal(findings, []);
  assert.equal(model.trim, { minimumWatts: 784, restarts: true, settleMilliseconds: 60_000 });
});

test("a site that wants to trim and does not tell enough is asked for the rest", () => {
  const { findings } = resolved("antminer-s19-xp-braiins", { minimumLimitWatts: 900 });
  assert.is(findings.length, 1);
  assert.is(findings[0]?.pointer, "/miners/0/overrides");
  assert.match(findings[0]?.expected ?? "", /limitSettleSeconds/);
  assert.match(findings[0]?.remedy ?? "", /measure it/);
});

test("a limit of a machine that takes none is a mistake", () => {
  const { findings, model } = resolved("antminer-s19-pro", { minimumLimitWatts: 900, limitSettleSeconds: 9 });
  assert.is(model.trim, null);
  assert.is(findings.length, 1);
  assert.match(findings[0]?.expected ?? "", /bitmain-stock takes no limit/);
});

test("limits are taken by exactly the dialects that have a command for them", () => {
  const having = Object.entries(abilities).flatMap(([dialect, able]) => (able.limit === undefined ? [] : [dialect]));
  assert.equal([...having].sort(), [...takeLimits].sort() as MinerDialect[]);
});

test("a row may be a subnet, whose machines are numbered; a search that names nothing is a mistake", () => {
  const { names, searching } = resolved("whatsminer-m50", {}, "10.0.0.5/30");
  assert.equal(names, ["row-001 10.0.0.5", "row-002 10.0.0.6"]);
  assert.equal(resolved("whatsminer-m50", {}).names, ["row 10.0.0.1"]);
  assert.is(searching?.pointer, "/searchAddresses/1");
});

test("IPv6 addresses are refused with a sentence that says what is wanted", () => {
  const [finding, ...more] = resolved("whatsminer-m50", {}, "fe80::1").findings;
  assert.equal(more, []);
  assert.is(finding?.pointer, "/miners/0/addresses");
  assert.match(
    `${finding?.found} ${finding?.expected} ${finding?.remedy}`,
    /fe80::1.* IPv4 addresses.* for example 192/,
  );
});

test("whether a machine hashes after a power cycle is the site's word before the file's, and yes where nobody tells", () => {
  assert.is(resolved("whatsminer-m50", {}).model.hashesAfterPowerCycle, true);
  assert.is(resolved("whatsminer-m50", { hashesAfterPowerCycle: false }).model.hashesAfterPowerCycle, false);
});

test("inlet warnings are kept by mode, and absent where nobody tells", () => {
  assert.equal(resolved("whatsminer-m56s", {}).model.inletWarningCelsius, { low: 45, normal: 45, high: 40 });
  assert.equal(resolved("whatsminer-m50", {}).model.inletWarningCelsius, {});
  assert.is(validSite().minerModels["plain-miner"]?.trim, null);
});

test("every figure of every machine has its source", () => {
  const folder = `${dataFolder()}boards/miners/`;
  const unsourced = readdirSync(folder).flatMap((name) =>
    withoutSource(JSON.parse(readFileSync(folder + name, "utf8")), name),
  );
  assert.equal(unsourced, []);
  assert.equal(withoutSource({ ratedWatts: { value: 1 }, modes: [{ joulesPerTerahash: 17.5 }] }, "x"), [
    "x/ratedWatts/value",
    "x/modes/0/joulesPerTerahash",
  ]);
  assert.equal(withoutSource({ ratedWatts: { value: 1, source: " " }, wakeSeconds: 9 }, "x"), [
    "x/ratedWatts/value",
    "x/wakeSeconds",
  ]);
});

/** Where a number or a yes or no stands whose own object names no source. */
function withoutSource(found: unknown, path: string, sourced = false): readonly string[] {
  if (typeof found === "number" || typeof found === "boolean") return sourced ? [] : [path];
  if (typeof found !== "object" || found === null) return [];
  const { source } = found as { readonly source?: unknown };
  const told = typeof source === "string" && source.trim() !== "";
  return Object.entries(found).flatMap(([name, value]) => withoutSource(value, `${path}/${name}`, told));
}

test.run();
