/** What every decoder of machines' replies must stand: any JSON at all. Nothing throws, and no figure leaves its bounds. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeAvalonDetails, decodeFigures, observeAvalon } from "../../src/protocol/avalon/messages.ts";
import {
  decodeDetails,
  decodeOldStatus,
  decodeStatsCommand,
  decodeStatsPage,
  decodeSummaryPage,
} from "../../src/protocol/bitmain/readings.ts";
import { decodeGraphqlDetails, observeGraphql } from "../../src/protocol/braiins/graphql.ts";
import { decodeBraiinsDetails, observeBraiins } from "../../src/protocol/braiins/rest.ts";
import type { JsonObject, JsonValue } from "../../src/protocol/cgminer/json.ts";
import { plausible } from "../../src/protocol/cgminer/observation.ts";
import { decodeEbangDetails, observeEbang } from "../../src/protocol/ebang/messages.ts";
import { decodeEpicDetails, observeEpic } from "../../src/protocol/epic/messages.ts";
import { recognizeFrame, recognizePage, recognizeReply } from "../../src/protocol/identification/signatures.ts";
import {
  decodeLuxosConfiguration,
  decodeLuxosDetails,
  decodeProfiles,
  observeLuxos,
} from "../../src/protocol/luxos/messages.ts";
import { decodeSealminerDetails, observeSealminer } from "../../src/protocol/sealminer/messages.ts";
import { decodePresets, decodeVnishDetails, observeVnish } from "../../src/protocol/vnish/messages.ts";
import { decodeSummary, decodeDetails as decodeV2Details } from "../../src/protocol/whatsminer/messages.ts";
import { decodeFrame } from "../../src/protocol/whatsminer-v3/frames.ts";
import { decodeInformation, decodeV3Details, decodeV3Summary } from "../../src/protocol/whatsminer-v3/messages.ts";
import { recording } from "./recordings.ts";

const test = suite("hostile replies");

const replies = [
  "microbt-m20sv10-20210322.22.REL/summary",
  "microbt-m60s_vk40-20251209.16.Rel2-v3-doubtful/get.miner.status_summary",
  "bitmain-s19pro-stock-49.0.1.3/stats",
  "bitmain-s9se-stock-20190918-cgi/get_miner_status.cgi",
  "luxos-s19kpro-2025.4.8.220305/stats",
  "luxos-s19kpro-2025.4.8.220305/config",
  "canaan-1246-21072802_4ec6bb0_211fc46/stats",
  "sealminer-a2-2025091001/stats",
  "braiins-s19xp-25.07/miner_details",
  "braiins-s19xp-25.07/miner_stats",
  "braiins-s21plus-25.03/gql_system",
  "epic-s19xp-umc/summary",
].map((path) => JSON.parse(recording(path).toString()) as JsonValue);

/** A recorded reply with some of its values replaced by anything. */
function spoiled(value: JsonValue, anything: () => JsonValue, chance: () => number): JsonValue {
  if (chance() < 100) return anything();
  if (Array.isArray(value)) return value.map((one: JsonValue) => spoiled(one, anything, chance));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, spoiled(one, anything, chance)]));
}

function observations(value: JsonValue): readonly unknown[] {
  const body = (typeof value === "object" && value !== null && !Array.isArray(value) ? value : {}) as JsonObject;
  const figures = decodeFigures(body);
  const configuration = decodeLuxosConfiguration(body);
  const information = decodeInformation(body);
  const parts = { details: value, stats: value, boards: value, tuner: value };
  const extras = { cooling: value, pools: value, errors: value, version: value, locating: value, constraints: value };
  for (const look of [
    () => figures && decodeAvalonDetails(figures, body),
    () => configuration && decodeLuxosDetails(body, configuration, decodeProfiles(body), body, body),
    () => decodeV3Details(information, body, body, body),
    () => decodeV2Details(body, body, body),
    () => decodeDetails(body, body),
    () => decodeSummaryPage(body),
    () => decodeBraiinsDetails(parts, extras),
    () => decodeGraphqlDetails(value),
    () => decodeVnishDetails(value, value, value, decodePresets(value)),
    () => decodeEpicDetails(value, value),
    () => decodeSealminerDetails(body, body, body),
    () => decodeEbangDetails(value, value, value),
    () => recognizeReply(body),
    () => recognizeFrame(body),
    () => recognizePage({ path: "/", status: 200, challenge: "", server: "", text: "", value }),
  ])
    look();
  return [
    figures && observeAvalon(figures),
    configuration && observeLuxos(body, body, configuration, decodeProfiles(body)),
    decodeSummary(body, undefined),
    decodeV3Summary(body, true),
    decodeStatsPage(body),
    decodeStatsCommand(body),
    decodeOldStatus(body),
    observeBraiins(parts),
    observeGraphql(value),
    observeVnish(value, value, value, undefined),
    observeEpic(value),
    observeSealminer(body),
    observeEbang(value, value),
  ];
}

const bounds: Readonly<Record<string, readonly [number, number]>> = {
  powerWatts: [1, plausible.powerWatts * 1.1],
  directCurrentWatts: [1, plausible.powerWatts],
  limitWatts: [1, 99_999],
  hashrateTerahashesPerSecond: [0, plausible.terahashesPerSecond],
  inletCelsius: [plausible.minimumCelsius, plausible.maximumCelsius],
  outletCelsius: [plausible.minimumCelsius, plausible.maximumCelsius],
  boardCelsius: [plausible.minimumCelsius, plausible.maximumCelsius],
  chipCelsius: [plausible.minimumCelsius, plausible.maximumCelsius],
  uptimeSeconds: [0, Number.MAX_SAFE_INTEGER],
};

function assertBounded(observation: unknown): void {
  if (typeof observation !== "object" || observation === null) return;
  for (const [name, value] of Object.entries(observation)) {
    if (name === "value") assertBounded(value);
    const [least, most] = bounds[name] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    if (typeof value === "number") assert.ok(value >= least && value <= most, `${name} ${value}`);
  }
}

test("recorded replies with anything put in their places: nothing throws, every figure is plausible or absent", () => {
  const anything = fc.oneof(
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
    { weight: 3, arbitrary: fc.constantFrom(-1, -300, 151, 30_000, 99_999, 1e9, 1e300, "123456789012", "nan", "") },
  );
  void fc.assert(
    fc.property(
      fc.constantFrom(...replies),
      fc.infiniteStream(anything),
      fc.infiniteStream(fc.nat({ max: 999 })),
      (reply, values, chances) => {
        const next = (): JsonValue => values.next().value as JsonValue;
        for (const one of observations(spoiled(reply, next, () => chances.next().value as number))) assertBounded(one);
      },
    ),
    { numRuns: 400 },
  );
});

test("any JSON at all, and any bytes as a frame", () => {
  void fc.assert(
    fc.property(fc.jsonValue(), fc.uint8Array({ maxLength: 64 }), (value, bytes) => {
      for (const one of observations(value as JsonValue)) assertBounded(one);
      const frame = decodeFrame(Buffer.from(bytes));
      if (frame.ok) assert.type(frame.value, "object");
    }),
    { numRuns: 300 },
  );
});

test.run();
