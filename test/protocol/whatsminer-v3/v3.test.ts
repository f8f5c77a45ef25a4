/** WhatsMiner API v3: frames, tokens, recorded replies. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/protocol/cgminer/json.ts";
import { decodeReply } from "../../../src/protocol/cgminer/reply.ts";
import {
  decodeFrame,
  deriveV3Token,
  encodeFrame,
  encodeV3Write,
  frameIsComplete,
} from "../../../src/protocol/whatsminer-v3/frames.ts";
import {
  decodeInformation,
  decodeV3Details,
  decodeV3PowerMode,
  decodeV3Summary,
  decodeWhen,
  encodeV3Order,
  judgeV3,
} from "../../../src/protocol/whatsminer-v3/messages.ts";
import { recording } from "../recordings.ts";

const test = suite("whatsminer v3");

function recorded(path: string): JsonObject {
  const reply = decodeReply(recording(path));
  assert.ok(reply.ok);
  return reply.value.body;
}

const sure = "microbt-m60s_vk40-20251209.16.Rel2-v3/";
const doubtful = "microbt-m60s_vk40-20251209.16.Rel2-v3-doubtful/";

test("the token of the published vector", () => {
  const access = { account: "super", password: "super", salt: "uhCiDyVj", unixSeconds: 1773869570 };
  assert.is(deriveV3Token("set.miner.service", access), "wusyZCiM");
  const sent = decodeFrame(encodeV3Write("set.miner.service", "stop", access));
  assert.equal(sent.ok && sent.value, {
    cmd: "set.miner.service",
    ts: 1773869570,
    token: "wusyZCiM",
    account: "super",
    param: "stop",
  });
});

test("a frame is complete with its last byte, in however many pieces; a foreign one at once", () => {
  const frame = encodeFrame({ cmd: "get.device.info" });
  for (let length = 0; length < frame.length; length += 1) assert.is(frameIsComplete(frame.subarray(0, length)), false);
  assert.is(frameIsComplete(frame), true);
  assert.is(frame.readUInt32LE(0), frame.length - 4);
  const http = Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n");
  assert.is(frameIsComplete(http), true);
  const kinds = [
    http,
    frame.subarray(0, 9),
    Buffer.alloc(2),
    Buffer.concat([Buffer.from([2, 0, 0, 0]), Buffer.from("no")]),
  ];
  assert.equal(
    kinds.map((bytes) => {
      const decoded = decodeFrame(bytes);
      return decoded.ok ? "good" : decoded.error.kind;
    }),
    ["other-protocol", "cut", "empty", "malformed"],
  );
});

test("a recorded M60S: what it is, that it works, its salt and clock", () => {
  const body = recorded(`${sure}get.device.info`);
  assert.equal(decodeInformation(body), {
    salt: "uhCiDyVj",
    model: "M60S_VK40",
    firmware: "20251209.16.Rel2",
    apiVersion: "3.0.2",
    hostname: "WhatsMiner",
    mac: "ce:02:01:00:8c:36",
    working: true,
    writesEnabled: true,
    locating: false,
    errors: [],
  });
  assert.is(decodeWhen(body), 1773869570);
});

test("the shapes of an M60S's status: 171.259 TH/s, 3156 W measured below a limit of 3600 W", () => {
  const summary = recorded(`${doubtful}get.miner.status_summary`);
  assert.equal(decodeV3Summary(summary, true), {
    mode: "hashing",
    setting: "run",
    powerWatts: 3156,
    powerSource: "measured",
    limitWatts: 3600,
    hashrateTerahashesPerSecond: 171.259,
    inletCelsius: 28.5,
    boardCelsius: 41.5,
    chipCelsius: 82,
    uptimeSeconds: 50000,
  });
  const details = decodeV3Details(
    decodeInformation(recorded(`${doubtful}get.device.info_with_errors`)),
    summary,
    recorded(`${doubtful}get.miner.status_edevs`),
    recorded(`${doubtful}get.miner.status_pools`),
  );
  assert.equal(details.fansRevolutionsPerMinute, [5400, 5280]);
  assert.is(details.pools?.length, 3);
  assert.equal(details.boards, Array(3).fill({ hashes: true, chips: 75 }));
  assert.is(details.ratedTerahashesPerSecond, 181.051);
  assert.equal(
    details.errors?.map((text) => text.split(" ", 1)[0]),
    ["264", "265", "266", "267", "270"],
  );
});

test("not limited is no limit; 0 W while hashing is unknown; stopped and silent is asleep", () => {
  const body = (row: Record<string, unknown>): JsonObject =>
    ({ code: 0, msg: { summary: row } }) as unknown as JsonObject;
  const open = decodeV3Summary(body({ "power-limit": 2147483647, "power-realtime": 0, "hash-realtime": 100 }), true);
  assert.is(open?.limitWatts, undefined);
  assert.is(open?.powerSource, "unknown");
  assert.is(decodeV3Summary(body({ "hash-realtime": 0 }), false)?.mode, "asleep");
  assert.is(decodeV3Summary(body({ "hash-realtime": 9 }), false)?.mode, "hashing");
  assert.is(decodeV3Summary(body({ "hash-realtime": 9, "up-freq-finish": 0 }), true)?.mode, "starting");
  assert.is(decodeV3Summary({ code: 0, msg: {} }, true), undefined);
});

test("refusals are told apart by their sentence", () => {
  const kindOf = (body: JsonObject): string => {
    const judged = judgeV3(body);
    return judged.ok ? "accepted" : judged.error.kind;
  };
  assert.is(kindOf({ code: 0 }), "accepted");
  assert.is(kindOf({ code: -4, msg: "token check error" }), "token-wrong");
  assert.is(kindOf({ code: -2, msg: "permission denied" }), "write-access-disabled");
  assert.is(kindOf({ code: -1, msg: "invalid param" }), "refused");
  assert.is(kindOf({ msg: "x" }), "malformed");
});

test("a service that works and hashes nothing is starting, never asleep; a percentage goes out as text", () => {
  const still = { code: 0, msg: { summary: { "hash-realtime": 0 } } };
  assert.is(decodeV3Summary(still, true)?.mode, "starting");
  assert.is(decodeV3Summary(still, false)?.mode, "asleep");
  assert.equal(encodeV3Order({ kind: "percent", percent: 60 }).parameter, { percent: "60", mode: "fast" });
});

test("its power mode is low, normal or high, and nothing else", () => {
  const mode = (value: string | number): string | undefined =>
    decodeV3PowerMode({ code: 0, msg: { "power-mode": value } });
  assert.equal(["low", "Normal", "high", "turbo", 1].map(mode), ["low", "normal", "high", undefined, undefined]);
  assert.is(decodeV3PowerMode({ code: 0, msg: "ok" }), undefined);
});

test.run();
