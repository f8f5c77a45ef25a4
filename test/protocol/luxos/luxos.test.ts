/** LuxOS: recorded replies, profiles as limits, sessions. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/protocol/cgminer/json.ts";
import { decodeReply } from "../../../src/protocol/cgminer/reply.ts";
import {
  decodeLuxosConfiguration,
  decodeLuxosDetails,
  decodeLuxosIdentity,
  decodeMaximumProfile,
  decodeProfiles,
  decodeSession,
  encodeLuxosOrder,
  judgeLuxos,
  observeLuxos,
  privileged,
  profileBelow,
} from "../../../src/protocol/luxos/messages.ts";
import { recording } from "../recordings.ts";

const test = suite("luxos");

function recorded(command: string): JsonObject {
  const reply = decodeReply(recording(`luxos-s19kpro-2025.4.8.220305/${command}`));
  assert.ok(reply.ok);
  return reply.value.body;
}

test("a recorded S19k Pro: 59.76 TH/s, 1051 W estimated in a profile of 1188 W", () => {
  const configuration = decodeLuxosConfiguration(recorded("config"));
  assert.ok(configuration);
  const profiles = decodeProfiles(recorded("profiles"));
  assert.equal(observeLuxos(recorded("stats"), recorded("power"), configuration, profiles), {
    hashrateTerahashesPerSecond: 59.75606,
    boardCelsius: 47,
    chipCelsius: 47,
    uptimeSeconds: 3453,
    mode: "hashing",
    setting: "run",
    powerWatts: 1051,
    powerSource: "estimated",
    limitWatts: 1188,
  });
  assert.equal(decodeLuxosIdentity(recorded("version"), configuration), {
    make: "Bitmain",
    model: "Antminer S19k Pro",
    firmware: "LuxOS 2025.4.8.220305-57b389c7",
    mac: "62:f7:5e:b7:10:46",
  });
  const details = decodeLuxosDetails(
    recorded("stats"),
    configuration,
    profiles,
    recorded("version"),
    recorded("pools"),
  );
  assert.is(details.hostname, "UrlacherS19k");
  assert.is(details.apiVersion, "3.7");
  assert.is(details.fansRevolutionsPerMinute?.length, 4);
  assert.equal(details.boards, Array(3).fill({ hashes: true, chips: 77 }));
  assert.is(details.pools?.length, 4);
  assert.is(details.limitBoundsWatts?.least, 784);
});

test("a limit is the greatest profile at or below it", () => {
  const profiles = decodeProfiles(recorded("profiles"));
  assert.is(profileBelow(profiles, 1188)?.name, "290MHz");
  assert.is(profileBelow(profiles, 1298)?.name, "290MHz");
  assert.is(profileBelow(profiles, 100), undefined);
});

test("the bound of the thermal manager, under either spelling; an empty one is none", () => {
  assert.is(decodeMaximumProfile({ ATM: [{ Enabled: true, MaxProfile: "415MHz" }] }), "415MHz");
  assert.is(decodeMaximumProfile({ ATM: [{ "Max Profile": "415MHz" }] }), "415MHz");
  assert.is(decodeMaximumProfile({ ATM: [{ MaxProfile: "" }] }), undefined);
});

test("curtailed is asleep once nothing hashes; a supply that measures is believed; no watts are no zero", () => {
  const recordedConfig = decodeLuxosConfiguration(recorded("config"));
  assert.ok(recordedConfig);
  const curtailed = decodeLuxosConfiguration({ CONFIG: [{ OS: "LuxOS", CurtailMode: "Sleep" }] });
  assert.is(curtailed?.setting, "sleep");
  assert.ok(curtailed);
  const still = { STATS: [{ "GHS 5s": 0, Elapsed: 4 }] };
  assert.is(observeLuxos(still, { POWER: [{ Watts: 0 }] }, curtailed, [])?.mode, "asleep");
  assert.is(observeLuxos(still, { POWER: [{ Watts: 0 }] }, curtailed, [])?.powerSource, "unknown");
  assert.is(observeLuxos(still, { POWER: [{ Watts: 25, PSU: true }] }, recordedConfig, [])?.powerSource, "measured");
  assert.is(observeLuxos(still, undefined, recordedConfig, [])?.mode, "starting");
  assert.is(observeLuxos({}, undefined, recordedConfig, []), undefined);
  assert.is(decodeLuxosConfiguration({ CONFIG: [{ OS: "Linux" }] }), undefined);
});

test("sessions, parameters and refusals", () => {
  assert.is(decodeSession({ SESSION: [{ SessionID: "K0y" }] }), "K0y");
  assert.is(decodeSession({ SESSION: [{ SessionID: "" }] }), undefined);
  assert.is(privileged("K0y", "red", "blink"), "K0y,red,blink");
  assert.equal(encodeLuxosOrder({ kind: "locate", on: false })?.parameters, ["red", "auto"]);
  assert.is(encodeLuxosOrder({ kind: "percent", percent: 5 }), undefined);
  const no = judgeLuxos({ STATUS: [{ STATUS: "E", Msg: "no" }] });
  assert.is(!no.ok && no.error.kind, "refused");
  const nothing = judgeLuxos({});
  assert.is(!nothing.ok && nothing.error.kind, "malformed");
});

test.run();
