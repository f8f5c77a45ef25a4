/** VNish: states, presets, units. No reply of it is recorded with a licence that lets us keep it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  decodeCurrentPreset,
  decodePresets,
  needsRestart,
  observeVnish,
  presetBelow,
} from "../../../src/protocol/vnish/messages.ts";

const test = suite("vnish");

const information = { fw_name: "Vnish", fw_version: "1.2.6", hr_measure: "GH/s" };
const summary = (miner: Record<string, number>): { miner: Record<string, number> } => ({ miner });

test("the state says what it is meant to do, the hashrate what it does", () => {
  const seen = (state: string, gigahashes: number): string => {
    const report = observeVnish(information, { miner_state: state }, summary({ hr_realtime: gigahashes }), undefined);
    return `${report?.setting} ${report?.mode}`;
  };
  assert.is(seen("mining", 100_000), "run hashing");
  assert.is(seen("mining", 0), "run starting");
  assert.is(seen("auto-tuning", 90_000), "run hashing");
  assert.is(seen("restarting", 0), "run starting");
  assert.is(seen("shutting-down", 5_000), "sleep hashing");
  assert.is(seen("shutting-down", 0), "sleep asleep");
  assert.is(seen("stopped", 0), "sleep asleep");
  assert.is(seen("failure", 0), "run stopped");
  assert.is(seen("dancing", 0), "unknown unknown");
});

test("units are those the machine names; its watts are an estimate, 0 W unknown", () => {
  const mega = { ...information, hr_measure: "MH/s" };
  const report = observeVnish(
    mega,
    { miner_state: "mining" },
    summary({ hr_realtime: 104_000_000, power_consumption: 3050 }),
    { name: "3050", watts: 3050 },
  );
  assert.is(report?.hashrateTerahashesPerSecond, 104);
  assert.is(report?.powerSource, "estimated");
  assert.is(report?.limitWatts, 3050);
  const none = observeVnish(information, { miner_state: "mining" }, summary({ power_consumption: 0 }), undefined);
  assert.is(none?.powerSource, "unknown");
  assert.is(observeVnish({ fw_name: "other" }, {}, {}, undefined), undefined);
});

test("only tuned presets count, named or told in words", () => {
  const presets = decodePresets([
    { name: "disabled", pretty: "disabled", status: "tuned" },
    { name: "3050", pretty: "3050 watt ~ 104 TH", status: "tuned" },
    { name: "2500", pretty: "2500 watt ~ 92 TH", status: "untuned" },
    { name: "2000", status: "tuned" },
  ]);
  assert.equal(presets, [
    { name: "2000", watts: 2000 },
    { name: "3050", watts: 3050 },
  ]);
  assert.is(presetBelow(presets, 2999)?.name, "2000");
  assert.is(presetBelow(presets, 1999), undefined);
  assert.is(decodeCurrentPreset({ miner: { overclock: { preset: 2000 } } }), "2000");
  assert.is(needsRestart({ restart_required: true }), true);
  assert.is(needsRestart({}), false);
});

test("a limit that is a preset takes that preset; a rate in TH/s is read as such", () => {
  const presets = [
    { name: "2000", watts: 2000 },
    { name: "2500", watts: 2500 },
  ];
  assert.is(presetBelow(presets, 2500)?.name, "2500");
  assert.is(presetBelow(presets, 2499)?.name, "2000");
  const summary = { miner: { hr_realtime: 120 } };
  const information = { fw_name: "Vnish", hr_measure: "TH/s" };
  const observed = observeVnish(information, { miner_state: "mining" }, summary, undefined);
  assert.is(observed?.hashrateTerahashesPerSecond, 120);
});

test.run();
