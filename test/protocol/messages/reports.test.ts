import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadContract } from "../../../src/drivers/broker/load-contract.ts";
import { decodeReport, encodeKeyed, encodeMessage } from "../../../src/protocol/messages/encode.ts";
import { minersMessage, telemetryMessage } from "../../../src/protocol/messages/figures.ts";
import {
  acknowledgementMessage,
  birthMessage,
  eventMessage,
  stateMessage,
  statusMessage,
} from "../../../src/protocol/messages/reports.ts";
import { readReportTopic, reportTopic } from "../../../src/protocol/messages/topics.ts";
import { boot, startUnix } from "../../control/dispatch/bench.ts";
import { reportSite, reportSnapshot } from "./snapshot.ts";

const test = suite("reports");
const contract = loadContract();
const site = reportSite();
const speaker = { boot, connection: 2 };
const answer = {
  id: "1".repeat(32),
  state: "limited",
  watts: 5.5,
  limitedBy: "flow-lost",
  epoch: 3,
  sequence: 4,
  encoding: "json",
} as const;
const rejected = { id: null, state: "rejected", rejection: "schema", epoch: 0, sequence: 0, encoding: "cbor" } as const;

test("every report fits its schema and comes back as it was, in both encodings", () => {
  const snapshot = reportSnapshot();
  const dated = [answer, rejected].map((one) => ({ answer: one, at: startUnix }));
  const messages = {
    status: statusMessage("lost", speaker),
    birth: birthMessage(site, snapshot, speaker, contract.keys, "a".repeat(64)),
    state: stateMessage(site, snapshot, boot, dated),
    event: eventMessage(
      { ...snapshot.events[0], number: 7, unixMilliseconds: 1, kind: "trip", severity: "alarm", subject: "", text: "" },
      boot,
    ),
    acknowledgement: acknowledgementMessage({ answer, at: startUnix }, boot),
  };
  for (const [name, message] of Object.entries(messages))
    for (const encoding of ["json", "cbor"] as const) {
      const decoded = decodeReport(name as keyof typeof messages, encodeMessage(message, encoding), contract);
      assert.equal(decoded, { ok: true, value: message }, `${name} as ${encoding}`);
    }
});

test("state tells of the frequency where the site has something for it, whole and never negative", () => {
  const snapshot = reportSnapshot();
  const told = (frequency: NonNullable<typeof snapshot.decision.frequency>) => {
    const message = stateMessage(site, { ...snapshot, decision: { ...snapshot.decision, frequency } }, boot, []);
    assert.ok(decodeReport("state", encodeMessage(message, "json"), contract).ok);
    return message.frequency;
  };
  assert.is(stateMessage(site, snapshot, boot, []).frequency, undefined);
  assert.equal(
    told({
      hertz: 59.98123,
      stage: 1,
      relay: "clear",
      lastResponseMilliseconds: 940.4,
      worstResponseMilliseconds: 1400,
    }),
    {
      frequencyHertz: 59.981,
      stage: 1,
      relay: "clear",
      lastResponseMilliseconds: 940,
      worstResponseMilliseconds: 1400,
    },
  );
  const quiet = { stage: 0, relay: null, lastResponseMilliseconds: null, worstResponseMilliseconds: null };
  assert.equal(told({ hertz: null, ...quiet }), { stage: 0 });
  assert.equal(told({ hertz: -1, ...quiet }), { stage: 0, frequencyHertz: 0 });
});

test("telemetry and miners travel with integer keys and come back by name", () => {
  const snapshot = reportSnapshot();
  const telemetry = telemetryMessage(site, snapshot, { boot, sequence: 9 }, contract.keys);
  const miners = minersMessage(site, snapshot, { boot, sequence: 3 }, contract.keys);
  const bytes = encodeKeyed("telemetry", telemetry, contract.keys);
  assert.equal(decodeReport("telemetry", bytes, contract), { ok: true, value: telemetry });
  const minerBytes = encodeKeyed("miners", miners, contract.keys);
  assert.equal(decodeReport("miners", minerBytes, contract), { ok: true, value: miners });
  assert.is(bytes[0], 0xa0 + 0x18, "a map whose count follows");
  assert.ok(bytes.length < 200, `${bytes.length} B`);
});

test("figures are whole numbers in the unit of their names, and null where there is no good value", () => {
  const telemetry = telemetryMessage(site, reportSnapshot(), { boot, sequence: 1 }, contract.keys);
  assert.is(telemetry.powerWatts, 199_000);
  assert.is(telemetry.ceilingWatts, 200_000);
  assert.is(telemetry.hashrateTerahashesPerSecond, 200);
  assert.equal(telemetry.voltageDecivolts, [2400]);
  assert.equal(telemetry.coolantCentidegrees, [4824]);
  assert.equal(telemetry.flowMillilitersPerSecond, [8600]);
  assert.equal(telemetry.points, [199_000, null]);
  assert.equal(telemetry.machines, [1, 0, 1, 0, 0, 0, 0, 0, 0]);
  assert.equal([telemetry.trips, telemetry.alarms], [1, 1]);
  assert.equal([telemetry.setpointId, telemetry.setpointWatts], ["1".repeat(32), 200_000]);
  const miners = minersMessage(site, reportSnapshot(), { boot, sequence: 1 }, contract.keys);
  assert.equal(miners.hashrateGigahashesPerSecond, [199_870, null]);
  assert.equal(miners.inletCentidegrees, [0, null]);
  assert.equal(
    [miners.phase, miners.mode, miners.fault],
    [
      [0, 2],
      [0, 4],
      [null, 1],
    ],
  );
  assert.equal(miners.ageSeconds, [1, null]);
});

test("a bad meter leaves the power out", () => {
  const snapshot = reportSnapshot();
  const readings = { "feeder-meter/powerWatts": { quality: "bad", fault: "stale", at: 0 } } as const;
  const blind = { ...snapshot, image: { ...snapshot.image, readings } };
  assert.not("powerWatts" in telemetryMessage(site, blind, { boot, sequence: 1 }, contract.keys));
  assert.not("powerWatts" in stateMessage(site, blind, boot, []));
});

test("state lists the last 16 answers, its reason and its counts", () => {
  const answers = Array.from({ length: 20 }, (_, index) => ({ answer: { ...answer, sequence: index }, at: index }));
  const state = stateMessage(site, reportSnapshot(), boot, answers);
  assert.equal([state.acknowledgements.length, state.acknowledgements[0]?.at], [16, 4]);
  assert.equal(state.binding, {
    source: "dispatch",
    code: "setpoint",
    text: "Setpoint of dispatch: limit 200 kW.",
    watts: 200_000,
  });
  assert.equal([state.alarms, state.lastEvent], [{ warnings: 1, alarms: 1 }, 7]);
});

test("nothing that is reported names an address, a MAC or a credential", () => {
  const snapshot = reportSnapshot();
  const all = JSON.stringify([
    birthMessage(site, snapshot, speaker, contract.keys, null),
    stateMessage(site, snapshot, boot, []),
    minersMessage(site, snapshot, { boot, sequence: 1 }, contract.keys),
    telemetryMessage(site, snapshot, { boot, sequence: 1 }, contract.keys),
  ]);
  for (const secret of ["127.", "farm", "/dev/"]) assert.not.match(all, secret);
});

test("the registry has a key of its own for every word of the schemas, and every word an index", () => {
  for (const name of ["telemetry", "miners"] as const) {
    const values = Object.values(contract.keys[name]);
    assert.is(new Set(values).size, values.length, name);
  }
  const telemetry = telemetryMessage(site, reportSnapshot(), { boot, sequence: 1 }, contract.keys);
  for (const word of Object.keys(telemetry)) assert.type(contract.keys.telemetry[word], "number", word);
});

test("a reader with an older registry leaves out what it does not know", () => {
  const miners = minersMessage(site, reportSnapshot(), { boot, sequence: 3 }, contract.keys);
  const newer = { ...contract.keys, miners: { ...contract.keys.miners, later: 99 } };
  const bytes = encodeKeyed("miners", { ...miners, later: 1 } as typeof miners, newer);
  assert.equal(decodeReport("miners", bytes, contract), { ok: true, value: miners });
});

test("report topics are read back, others are none", () => {
  assert.equal(readReportTopic(reportTopic("wolf-c07", "state")), { container: "wolf-c07", report: "state" });
  for (const topic of ["weir/v2/wolf-c07/state", "weir/v1/wolf-c07/state/x", "weir/v1/wolf-c07/command", "weir/v1"])
    assert.is(readReportTopic(topic), null);
});

test.run();
