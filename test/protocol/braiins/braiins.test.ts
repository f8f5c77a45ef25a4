/** Braiins OS: recorded replies of REST and of GraphQL. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeGraphqlDetails, decodeGraphqlIdentity, observeGraphql } from "../../../src/protocol/braiins/graphql.ts";
import {
  type BraiinsReplies,
  decodeBraiinsDetails,
  decodeBraiinsIdentity,
  decodeTarget,
  observeBraiins,
} from "../../../src/protocol/braiins/rest.ts";
import type { JsonValue } from "../../../src/protocol/cgminer/json.ts";
import { recording } from "../recordings.ts";

const test = suite("braiins");

const recorded = (path: string): JsonValue => JSON.parse(recording(path).toString()) as JsonValue;
const xp = (name: string): JsonValue => recorded(`braiins-s19xp-25.07/${name}`);
const plus = (name: string): JsonValue => recorded(`braiins-s21plus-25.03/${name}`);

const replies = (): BraiinsReplies => ({
  details: xp("miner_details"),
  stats: xp("miner_stats"),
  boards: xp("miner_hw_hashboards"),
  tuner: xp("performance_tuner_state"),
});

test("a recorded S19 XP: 3137 W estimated at a target of 3031 W, which is the limit and no measurement", () => {
  assert.equal(observeBraiins(replies()), {
    mode: "hashing",
    setting: "run",
    powerWatts: 3137,
    powerSource: "estimated",
    limitWatts: 3031,
    hashrateTerahashesPerSecond: 141.46356540072063,
    inletCelsius: 41.5,
    outletCelsius: 55.5,
    boardCelsius: 55.5,
    chipCelsius: 70.5,
    uptimeSeconds: 69685,
  });
  assert.equal(decodeBraiinsIdentity(xp("miner_details")), {
    make: "Bitmain",
    model: "Antminer S19 XP",
    firmware: "Braiins OS 2025-08-06-0-3881c51d-25.07-plus",
    mac: "02:ee:da:a9:b6:4a",
  });
  const details = decodeBraiinsDetails(replies(), {
    cooling: xp("cooling_state"),
    pools: xp("pools"),
    errors: xp("miner_errors"),
    version: xp("version"),
    locating: xp("actions_locate"),
    constraints: undefined,
  });
  assert.is(details.apiVersion, "1.0.0");
  assert.is(details.boards?.length, 3);
  assert.ok(details.boards?.every((board) => board.hashes && board.chips === 110));
  assert.is(details.fansRevolutionsPerMinute?.length, 4);
  assert.is(details.locating, false);
  assert.is(details.errors?.length, 8);
  assert.is(details.pools?.[0]?.state, "alive");
  assert.is(details.ratedTerahashesPerSecond, 141);
});

test("paused is asleep once nothing hashes; an estimate of 0 W is unknown", () => {
  const details = { ...(xp("miner_details") as object), status: 3 } as unknown as JsonValue;
  const stats = {
    miner_stats: { real_hashrate: { last_5s: { gigahash_per_second: 0 } } },
    power_stats: { approximated_consumption: { watt: 0 } },
  };
  const paused = observeBraiins({ details, stats, boards: undefined, tuner: undefined });
  assert.is(paused?.mode, "asleep");
  assert.is(paused?.setting, "sleep");
  assert.is(paused?.powerSource, "unknown");
  const still = observeBraiins({ ...replies(), details, stats: xp("miner_stats") });
  assert.is(still?.mode, "hashing");
  assert.is(still?.setting, "sleep");
  assert.is(observeBraiins({ ...replies(), details: { status: 2 } }), undefined);
  assert.is(decodeTarget({ mode_state: { hashratetargetmodestate: { current_target: { watt: 5 } } } }), undefined);
});

test("a recorded S21+ before REST: 4448 W estimated at a limit of 3878 W", () => {
  // The origin asked in several queries what we ask in one.
  const system = plus("gql_system") as { data: { bosminer: { info: { workSolver: object } } } };
  const boards = plus("gql_boards") as { data: { bosminer: { info: { workSolver: object } } } };
  Object.assign(system.data.bosminer.info.workSolver, boards.data.bosminer.info.workSolver);
  const pools = plus("gql_pools") as { data: { bosminer: { info: object } } };
  Object.assign(system.data.bosminer.info, pools.data.bosminer.info);
  const reply = system as unknown as JsonValue;
  assert.equal(observeGraphql(reply), {
    mode: "hashing",
    setting: "run",
    powerWatts: 4448,
    powerSource: "estimated",
    limitWatts: 3878,
    hashrateTerahashesPerSecond: 251235330.70591792 / 1e6,
    inletCelsius: 39.5,
    outletCelsius: 60,
    boardCelsius: 60,
    chipCelsius: 75,
    uptimeSeconds: 96949,
  });
  const details = decodeGraphqlDetails(reply);
  assert.is(details.hostname, "Antminer");
  assert.equal(details.fansRevolutionsPerMinute, [6418, 6448, 6328, 5998]);
  assert.equal(details.boards, Array(3).fill({ hashes: true, chips: 55 }));
  assert.is(details.pools?.length, 2);
  assert.is(decodeGraphqlIdentity(reply, plus("web_net_conf")).mac, "02:34:98:9e:9f:e1");
  assert.is(observeGraphql({ errors: [] }), undefined);
});

test("over GraphQL nothing proves sleep", () => {
  const quiet = observeGraphql({ data: { bosminer: { info: { workSolver: { realHashrate: { mhs5S: 0 } } } } } });
  assert.is(quiet?.mode, "stopped");
  assert.is(quiet?.setting, "unknown");
});

test.run();
