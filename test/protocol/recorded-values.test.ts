/** Every value that `expected.json` beside the recorded replies tells, against what the decoders make of the replies. */
import { readdirSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MinerDetails, MinerIdentity } from "../../src/model/miner.ts";
import {
  decodeAvalonDetails,
  decodeAvalonIdentity,
  decodeFigures,
  observeAvalon,
} from "../../src/protocol/avalon/messages.ts";
import {
  decodeDetails,
  decodeOldStatus,
  decodeStatsCommand,
  decodeSummaryPage,
  decodeSystemInformation,
} from "../../src/protocol/bitmain/readings.ts";
import { decodeGraphqlDetails, observeGraphql } from "../../src/protocol/braiins/graphql.ts";
import { decodeBraiinsDetails, observeBraiins } from "../../src/protocol/braiins/rest.ts";
import type { JsonObject, JsonValue } from "../../src/protocol/cgminer/json.ts";
import type { MinerObservation } from "../../src/protocol/cgminer/observation.ts";
import { decodeReply } from "../../src/protocol/cgminer/reply.ts";
import { decodeEpicDetails, observeEpic } from "../../src/protocol/epic/messages.ts";
import {
  decodeLuxosConfiguration,
  decodeLuxosDetails,
  decodeProfiles,
  observeLuxos,
} from "../../src/protocol/luxos/messages.ts";
import {
  decodeSealminerDetails,
  decodeSealminerIdentity,
  observeSealminer,
} from "../../src/protocol/sealminer/messages.ts";
import { decodeSummary, decodeDetails as decodeV2Details } from "../../src/protocol/whatsminer/messages.ts";
import { decodeInformation, decodeV3Details, decodeV3Summary } from "../../src/protocol/whatsminer-v3/messages.ts";
import { recording } from "./recordings.ts";

const test = suite("recorded values");

const folders = readdirSync(new URL("../../../test/recordings/miners/", import.meta.url)).filter(
  (name) => !name.endsWith(".md"),
);

interface Seen {
  readonly observation?: Partial<MinerObservation> | undefined;
  readonly details?: MinerDetails | undefined;
  readonly identity?: Partial<MinerIdentity> | undefined;
}

type Ask = (command: string) => JsonObject;

function recorded(path: string): JsonObject {
  const reply = decodeReply(recording(path));
  assert.ok(reply.ok, path);
  return reply.value.body;
}

const accepted = <Value>(result: { readonly ok: true; readonly value: Value } | { readonly ok: false }): Value => {
  assert.ok(result.ok);
  return result.value;
};

/** One for each dialect: what a session would make of the recorded replies. */
const seen: Readonly<Record<string, (ask: Ask) => Seen>> = {
  "bitmain-s19pro-stock-49.0.1.3": (ask) => ({
    observation: { ...accepted(decodeStatsCommand(ask("stats"))), powerSource: "unknown" },
    details: decodeDetails(ask("stats"), ask("pools")),
  }),
  "bitmain-s21-stock-20240711-cgi": (ask) => ({
    observation: { ...decodeSummaryPage(ask("summary.cgi")) } as Partial<MinerObservation>,
    identity: accepted(decodeSystemInformation(ask("get_system_info.cgi"))),
  }),
  "bitmain-s9se-stock-20190918-cgi": (ask) => ({ observation: accepted(decodeOldStatus(ask("get_miner_status.cgi"))) }),
  "braiins-s19xp-25.07": (ask) => {
    const replies = {
      details: ask("miner_details"),
      stats: ask("miner_stats"),
      boards: ask("miner_hw_hashboards"),
      tuner: ask("performance_tuner_state"),
    };
    const bare = (command: string): JsonValue =>
      JSON.parse(recording(`braiins-s19xp-25.07/${command}`).toString()) as JsonValue;
    const extras = { cooling: ask("cooling_state"), pools: bare("pools"), errors: ask("miner_errors") };
    const rest = { version: ask("version"), locating: bare("actions_locate"), constraints: undefined };
    return { observation: observeBraiins(replies), details: decodeBraiinsDetails(replies, { ...extras, ...rest }) };
  },
  "braiins-s21plus-25.03": (ask) => {
    // The origin asked in several queries what we ask in one.
    const [system, boards] = [ask("gql_system"), ask("gql_boards")] as unknown as { data: { bosminer: Gql } }[];
    assert.ok(system && boards);
    Object.assign(system.data.bosminer.info.workSolver, boards.data.bosminer.info.workSolver);
    const reply = system as unknown as JsonValue;
    return { observation: observeGraphql(reply), details: decodeGraphqlDetails(reply) };
  },
  "canaan-1246-21072802_4ec6bb0_211fc46": avalon,
  "canaan-avalonq-25052801_14a19a2": avalon,
  "epic-s19xp-umc": (ask) => ({
    observation: observeEpic(ask("summary")),
    details: decodeEpicDetails(ask("summary"), ask("capabilities")),
  }),
  "luxos-s19kpro-2025.4.8.220305": (ask) => {
    const configuration = decodeLuxosConfiguration(ask("config"));
    assert.ok(configuration);
    const profiles = decodeProfiles(ask("profiles"));
    return {
      observation: observeLuxos(ask("stats"), ask("power"), configuration, profiles),
      details: decodeLuxosDetails(ask("stats"), configuration, profiles, ask("version"), ask("pools")),
    };
  },
  "microbt-m20sv10-20210322.22.REL": (ask) => ({
    observation: decodeSummary(ask("summary"), false),
    details: decodeV2Details(ask("summary"), ask("devs"), ask("pools")),
  }),
  "microbt-m60s_vk40-20251209.16.Rel2-v3": (ask) => {
    const information = decodeInformation(ask("get.device.info"));
    const setting = information.working === true ? "run" : "unknown";
    return { observation: { setting }, details: decodeV3Details(information, undefined, undefined, undefined) };
  },
  "microbt-m60s_vk40-20251209.16.Rel2-v3-doubtful": (ask) => {
    const information = decodeInformation(ask("get.device.info_with_errors"));
    const [summary, boards, pools] = ["summary", "edevs", "pools"].map((name) => ask(`get.miner.status_${name}`));
    assert.ok(summary);
    return {
      observation: decodeV3Summary(summary, true),
      details: decodeV3Details(information, summary, boards, pools),
    };
  },
  "sealminer-a2-2025091001": (ask) => ({
    observation: observeSealminer(ask("stats")),
    details: decodeSealminerDetails(ask("stats"), ask("summary"), ask("pools")),
    identity: decodeSealminerIdentity(ask("stats")),
  }),
};

interface Gql {
  info: { workSolver: object };
}

function avalon(ask: Ask): Seen {
  const figures = decodeFigures(ask("stats"));
  assert.ok(figures);
  return {
    observation: observeAvalon(figures),
    details: decodeAvalonDetails(figures, undefined),
    identity: decodeAvalonIdentity(undefined, figures),
  };
}

/** What is told under the names of `expected.json`; two folders read one of them otherwise, below. */
const told: Readonly<Record<string, (from: Seen) => unknown>> = {
  hashrate_ths: ({ observation }) => observation?.hashrateTerahashesPerSecond,
  rate_5s_ghs: ({ observation }) => (observation?.hashrateTerahashesPerSecond ?? Number.NaN) * 1000,
  expected_hashrate_ths: ({ details }) => details?.ratedTerahashesPerSecond,
  wattage_w: ({ observation }) => observation?.powerWatts,
  power_w: ({ observation }) => observation?.powerWatts ?? null,
  power_limit_w: ({ observation }) => observation?.limitWatts,
  power_target_w: ({ observation }) => observation?.limitWatts,
  profile_target_w: ({ observation }) => observation?.limitWatts,
  tuning_target_w: ({ details }) => details?.targetDirectCurrentWatts,
  uptime_s: ({ observation }) => observation?.uptimeSeconds,
  is_mining: ({ observation }) => observation?.setting === "run",
  temp_max_c: ({ observation }) => observation?.chipCelsius,
  hashboards: ({ details }) => details?.boards?.length,
  board0_active: ({ details }) => details?.boards?.[0]?.hashes,
  chips_hb0: ({ details }) => details?.boards?.[0]?.chips,
  chips_hb1: ({ details }) => details?.boards?.[1]?.chips,
  fans: ({ details }) => details?.fansRevolutionsPerMinute?.length,
  pools: ({ details }) => details?.pools?.length,
  hostname: ({ details }) => details?.hostname,
  api_version: ({ details }) => details?.apiVersion,
  light_flashing: ({ details }) => details?.locating ?? null,
  messages: ({ details }) => details?.errors?.map((text) => ({ code: Number.parseInt(text, 10) })),
  minertype: ({ identity }) => identity?.model,
  firmware: ({ identity }) => identity?.firmware,
  model: ({ identity }) => identity?.model,
};

/** Where we tell more or other than the origin, each with the reason. */
const others: Readonly<Record<string, Readonly<Record<string, (from: Seen) => unknown>>>> = {
  // The origin tells the side behind the supply as its watts; ours are those of the wall.
  "canaan-1246-21072802_4ec6bb0_211fc46": { wattage_w: ({ observation }) => observation?.directCurrentWatts },
  // The origin reads the uptime of the program; ours is that of the module, 31 s older.
  "canaan-avalonq-25052801_14a19a2": { uptime_s: ({ observation }) => (observation?.uptimeSeconds ?? Number.NaN) - 31 },
  // The origin tells the average since the start; ours is that of the last 30 s.
  "sealminer-a2-2025091001": {
    hashrate_ths: ({ details }) => details?.averageTerahashesPerSecond,
    model: ({ identity }) => identity?.model?.replace("Sealminer ", ""),
  },
};

/** Not told by any view of ours, or about the recording: settings of fans and clocks, averages, notes. */
const untold = new Set([
  "source",
  "derived_by_us",
  "temp_avg_c",
  "fan_target_c",
  "fan_idle_speed",
  "pools_groups",
  "bitmain-fan-pwm",
  "bitmain-freq",
  // The unit of the figure beside it.
  "rate_unit",
  // `devdetails`, where the model stands, is not among the recorded replies.
  "microbt-m20sv10-20210322.22.REL model",
  // In get_version; the details of this dialect tell the firmware, not the version of its API.
  "microbt-m20sv10-20210322.22.REL api_version",
  // In get_system_info alone, which no session asks.
  "sealminer-a2-2025091001 light_flashing",
]);

for (const folder of folders)
  test(`${folder}: as its origin reads it`, () => {
    const from = seen[folder]?.((command) => recorded(`${folder}/${command}`));
    assert.ok(from, "no decoder is shown for this folder");
    const expected = JSON.parse(recording(`${folder}/expected`).toString()) as Record<string, unknown>;
    for (const [name, value] of Object.entries(expected)) {
      if (untold.has(name) || untold.has(`${folder} ${name}`)) continue;
      const look = others[folder]?.[name] ?? told[name];
      assert.ok(look, `${name} is compared with nothing`);
      const found = look(from);
      if (typeof value === "number" && typeof found === "number")
        assert.ok(Math.abs(found - value) <= 1e-6 * Math.abs(value), `${name}: ${found} instead of ${value}`);
      else assert.equal(found, value, name);
    }
  });

test("who measures and who estimates is told apart, and no target is a measurement", () => {
  const sources = Object.fromEntries(
    folders.map((folder) => {
      const { observation } = seen[folder]?.((command) => recorded(`${folder}/${command}`)) ?? {};
      return [folder, [observation?.powerWatts, observation?.powerSource]];
    }),
  );
  assert.equal(sources, {
    "bitmain-s19pro-stock-49.0.1.3": [undefined, "unknown"],
    "bitmain-s21-stock-20240711-cgi": [undefined, undefined],
    "bitmain-s9se-stock-20190918-cgi": [undefined, undefined],
    "braiins-s19xp-25.07": [3137, "estimated"],
    "braiins-s21plus-25.03": [4448, "estimated"],
    "canaan-1246-21072802_4ec6bb0_211fc46": [3504, "measured"],
    "canaan-avalonq-25052801_14a19a2": [146, "estimated"],
    "epic-s19xp-umc": [2166.6174, "estimated"],
    "luxos-s19kpro-2025.4.8.220305": [1051, "estimated"],
    "microbt-m20sv10-20210322.22.REL": [3417, "measured"],
    "microbt-m60s_vk40-20251209.16.Rel2-v3": [undefined, undefined],
    "microbt-m60s_vk40-20251209.16.Rel2-v3-doubtful": [3156, "measured"],
    "sealminer-a2-2025091001": [3504, "measured"],
  });
});

test.run();
