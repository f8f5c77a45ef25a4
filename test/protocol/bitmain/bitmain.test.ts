/** Stock Antminers: recorded replies, the digest, the configuration document. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  decodeConfiguration,
  decodeMode,
  decodeStored,
  encodeMode,
  samePools,
  takesModes,
} from "../../../src/protocol/bitmain/configuration.ts";
import { decodeChallenge, encodeAuthorization } from "../../../src/protocol/bitmain/digest.ts";
import {
  decodeDetails,
  decodeOldStatus,
  decodePowerText,
  decodeStatsCommand,
  decodeStatsPage,
  decodeSummaryPage,
  decodeSystemInformation,
} from "../../../src/protocol/bitmain/readings.ts";
import type { JsonObject } from "../../../src/protocol/cgminer/json.ts";
import { decodeReply } from "../../../src/protocol/cgminer/reply.ts";
import { recording } from "../recordings.ts";

const test = suite("bitmain");

function recorded(path: string): JsonObject {
  const reply = decodeReply(recording(path));
  assert.ok(reply.ok);
  return reply.value.body;
}

const configuration = (): JsonObject => recorded("bitmain-s21-stock-20240711-cgi/get_miner_conf.cgi");

test("a recorded S19 Pro on TCP 4028: 110.57 TH/s and no power", () => {
  const stats = decodeStatsCommand(recorded("bitmain-s19pro-stock-49.0.1.3/stats"));
  assert.equal(stats.ok && stats.value, {
    model: "Antminer S19 Pro",
    firmware: "49.0.1.3",
    hashrateTerahashesPerSecond: 110.56689,
    boardCelsius: 73,
    chipCelsius: 78,
    uptimeSeconds: 50474,
  });
});

test("a recorded S19 Pro for a person: four fans, three boards of 114 chips, 110 TH/s by the factory", () => {
  const details = decodeDetails(
    recorded("bitmain-s19pro-stock-49.0.1.3/stats"),
    recorded("bitmain-s19pro-stock-49.0.1.3/pools"),
  );
  assert.equal(details.fansRevolutionsPerMinute, [6000, 5880, 5040, 5040]);
  assert.equal(details.boards, Array(3).fill({ hashes: true, chips: 114 }));
  assert.is(details.ratedTerahashesPerSecond, 110);
  assert.ok((details.pools?.length ?? 0) > 0);
});

test("a recorded S9 SE with the old pages: 16.36 TH/s out of a text, and no mode to set", () => {
  const s9 = "bitmain-s9se-stock-20190918-cgi";
  const stats = decodeOldStatus(recorded(`${s9}/get_miner_status.cgi`));
  assert.equal(stats.ok && stats.value, {
    hashrateTerahashesPerSecond: 16.36027,
    boardCelsius: 60,
    chipCelsius: 82,
    uptimeSeconds: 112,
  });
  const information = decodeSystemInformation(recorded(`${s9}/get_system_info.cgi`));
  assert.is(information.ok && information.value.model, "Antminer S9 SE");
  assert.is(takesModes(recorded(`${s9}/get_miner_conf.cgi`)), false);
  assert.is(takesModes(configuration()), true);
  assert.is(decodeMode({ _ant_work_mode: 254 }), 1);
  assert.is(decodeOldStatus({}).ok, false);
});

test("a recorded S21 tells its model, firmware and MAC", () => {
  const information = decodeSystemInformation(recorded("bitmain-s21-stock-20240711-cgi/get_system_info.cgi"));
  assert.equal(information.ok && information.value, {
    model: "Antminer S21",
    firmware: "Thu Jul 11 16:38:25 CST 2024",
    mac: "02:50:53:09:da:d9",
  });
});

test("a recorded S21's summary page: 206.24 TH/s and nothing wrong; its configuration as its owner set it", () => {
  const page = decodeSummaryPage(recorded("bitmain-s21-stock-20240711-cgi/summary.cgi"));
  assert.equal(page, { hashrateTerahashesPerSecond: 206.23869, errors: [] });
  const wrong = decodeSummaryPage({ SUMMARY: [{ status: [{ type: "fans", status: "e", msg: "lost" }] }] });
  assert.equal(wrong?.errors, ["fans lost"]);
  assert.is(decodeSummaryPage({}), undefined);
  assert.is(configuration()["bitmain-fan-pwm"], "100");
  assert.is(configuration()["bitmain-freq"], "200");
});

test("stats.cgi: STATUS is an object, temperatures are the highest of all, watts where a newer firmware tells them", () => {
  const row = {
    elapsed: 100,
    rate_5s: 104000,
    rate_unit: "GH/s",
    chain_power: "3250 W",
    chain: [
      { temp_pcb: [60, 55, 61, 54], temp_chip: [70, 0, 71, -273] },
      { temp_pcb: [50], temp_chip: [80] },
    ],
  };
  const page = (STATS: unknown): JsonObject =>
    ({ STATUS: { STATUS: "S" }, INFO: { type: "Antminer S19j Pro" }, STATS }) as unknown as JsonObject;
  const stats = decodeStatsPage(page([row]));
  assert.ok(stats.ok);
  assert.is(stats.value.hashrateTerahashesPerSecond, 104);
  assert.is(stats.value.powerWatts, 3250);
  assert.is(stats.value.chipCelsius, 80);
  assert.is(stats.value.boardCelsius, 61);
  const asleep = decodeStatsPage(page([]));
  assert.is(asleep.ok && asleep.value.hashrateTerahashesPerSecond, 0);
  const unknownUnit = decodeStatsPage(page([{ ...row, rate_unit: "kSol/s" }]));
  assert.is(unknownUnit.ok && unknownUnit.value.hashrateTerahashesPerSecond, undefined);
  assert.is(decodeStatsPage({ STATUS: {} }).ok, false);
});

test("a machine of another make on the same port is told apart", () => {
  const avalon = recorded("canaan-avalonq-25052801_14a19a2/version");
  assert.is(decodeStatsCommand(avalon).ok, false);
  const other = decodeStatsCommand({ STATS: [{ Type: "Avalon Q" }, { Elapsed: 1, "GHS 5s": 4 }] });
  assert.is(!other.ok && other.error.kind, "not-an-antminer");
  const information = decodeSystemInformation({ minertype: "DR5" });
  assert.is(!information.ok && information.error.kind, "not-an-antminer");
  assert.is(decodeSystemInformation({}).ok, false);
});

test("text of port 6060", () => {
  assert.is(decodePowerText("miner power:3250"), 3250);
  assert.is(decodePowerText("miner power: 3250 W\n"), 3250);
  for (const text of ["error 6060 cmd", "miner power:0", "miner power:", "miner power:99999999", ""])
    assert.is(decodePowerText(text), undefined);
});

test("the whole document is posted, pools untouched, the mode as a number and then as text", () => {
  const decoded = decodeConfiguration(configuration(), false);
  assert.ok(decoded.ok);
  assert.is(decoded.value.mode, 0);
  const posted = JSON.parse(encodeMode(decoded.value, 1, false)) as Record<string, unknown>;
  assert.is(posted["miner-mode"], 1);
  assert.is(posted["bitmain-work-mode"], "1");
  assert.is(posted["freq-level"], "100");
  const { "miner-mode": _mode, "bitmain-work-mode": _work, "freq-level": _level, ...kept } = posted;
  const { "bitmain-work-mode": _before, ...original } = configuration();
  assert.equal(kept, original);
  assert.is((JSON.parse(encodeMode(decoded.value, 0, true)) as Record<string, unknown>)["miner-mode"], "0");
});

test("a document without pools, or cut off, is never posted back", () => {
  const { pools: _pools, ...poolless } = configuration();
  for (const body of [poolless, { ...poolless, pools: [] }, { ...poolless, pools: [{ user: "x" }] }])
    assert.is(decodeConfiguration(body, false).ok, false);
  assert.is(decodeConfiguration(configuration(), true).ok, false);
});

test("the mode is read back from bitmain-work-mode; success is M000", () => {
  assert.is(decodeMode({ "bitmain-work-mode": "1", "miner-mode": 0 }), 1);
  assert.is(decodeMode({ "miner-mode": 3 }), 3);
  assert.is(decodeMode({}), undefined);
  assert.is(decodeStored({ stats: "success", code: "M000", msg: "OK!" }), true);
  assert.is(decodeStored({ stats: "error", code: "M001", msg: "" }), false);
});

test("the digest of RFC 2617 section 3.5 (MD5, qop auth)", () => {
  const challenge = decodeChallenge(
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
  );
  assert.ok(challenge);
  const header = encodeAuthorization(challenge, {
    method: "GET",
    path: "/dir/index.html",
    user: "Mufasa",
    password: "Circle Of Life",
    count: 1,
    clientNonce: "0a4f113b",
  });
  assert.match(header, 'response="6629fae49393a05397450978507c4ef1"');
  assert.match(header, "nc=00000001");
  assert.match(header, 'opaque="5ccc069c403ebaf9f0171e9517f40e41"');
});

test("the digest of RFC 7616 section 3.9.1 (MD5), and the older form without qop", () => {
  const header =
    'Digest realm="http-auth@example.org", qop="auth", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", stale=TRUE';
  const challenge = decodeChallenge(header);
  assert.ok(challenge);
  assert.is(challenge.stale, true);
  const request = {
    method: "GET",
    path: "/dir/index.html",
    user: "Mufasa",
    password: "Circle of Life",
    count: 1,
    clientNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
  } as const;
  assert.match(encodeAuthorization(challenge, request), 'response="8ca523f5e9506fed4657c9700eebdbec"');
  const old = encodeAuthorization({ ...challenge, qop: undefined, opaque: undefined }, request);
  assert.not.match(old, "cnonce");
});

test("challenges that ask for something else are refused", () => {
  for (const header of [
    "",
    'Basic realm="x"',
    'Digest realm="x"',
    'Digest realm="x", nonce="y", algorithm=SHA-256',
    'Digest realm="x", nonce="y", qop="auth-int"',
  ])
    assert.is(decodeChallenge(header), undefined);
});

test("a rate in TH/s is read as such; boards of which no sensor tells have no temperature", () => {
  const row = { elapsed: 1, rate_5s: 200, rate_unit: "TH/s", chain: [{ temp_pcb: [0, 0], temp_chip: ["0-0"] }] };
  const stats = decodeStatsPage({ INFO: { type: "Antminer S21" }, STATS: [row] });
  assert.equal(stats.ok && stats.value, { model: "Antminer S21", hashrateTerahashesPerSecond: 200, uptimeSeconds: 1 });
});

test("pools of another worker are other pools", () => {
  const before = decodeConfiguration(configuration(), false);
  assert.ok(before.ok);
  assert.ok(samePools(before.value, configuration()));
  const pools = (configuration()["pools"] as readonly JsonObject[]).map((pool) => ({ ...pool, user: "somebody" }));
  assert.is(samePools(before.value, { ...configuration(), pools }), false);
});

test.run();
