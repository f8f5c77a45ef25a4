/** Signatures against recorded replies of every make we have. */
import { readdirSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MinerDialect } from "../../../src/model/site.ts";
import type { JsonObject, JsonValue } from "../../../src/protocol/cgminer/json.ts";
import { decodeReply } from "../../../src/protocol/cgminer/reply.ts";
import {
  compareDialects,
  excerpt,
  pages,
  recognizeFrame,
  recognizePage,
  recognizeReply,
} from "../../../src/protocol/identification/signatures.ts";
import { recording } from "../recordings.ts";

const test = suite("signatures");

const recorded = (path: string): JsonObject => JSON.parse(recording(path).toString()) as JsonObject;
const page = (path: string, value: JsonValue | undefined, challenge = "", text = "") =>
  recognizePage({ path, status: 200, challenge, server: "", text, value });

test("recorded replies betray their dialect", () => {
  for (const [path, dialect] of [
    ["microbt-m20sv10-20210322.22.REL/get_version", "whatsminer-v2"],
    ["bitmain-s19pro-stock-49.0.1.3/version", "bitmain-stock"],
    ["bitmain-s19pro-stock-49.0.1.3/stats", "bitmain-stock"],
    ["canaan-1246-21072802_4ec6bb0_211fc46/stats", "avalon"],
    ["canaan-avalonq-25052801_14a19a2/version", "avalon"],
    ["luxos-s19kpro-2025.4.8.220305/version", "luxos"],
    ["luxos-s19kpro-2025.4.8.220305/stats", "luxos"],
    ["luxos-s19kpro-2025.4.8.220305/config", "luxos"],
    ["sealminer-a2-2025091001/version", "sealminer"],
    ["sealminer-a2-2025091001/stats", "sealminer"],
  ] as const)
    assert.is(recognizeReply(recorded(path)).dialect, dialect, path);
  const frame = recognizeFrame(recorded("microbt-m60s_vk40-20251209.16.Rel2-v3/get.device.info"));
  assert.is(frame.dialect, "whatsminer-v3");
  assert.match(frame.saw, "M60S_VK40, API 3.0.2");
  assert.is(page("/summary", recorded("epic-s19xp-umc/summary")).dialect, "epic");
  assert.is(page("/api/v1/version", recorded("braiins-s19xp-25.07/version")).dialect, "braiins");
  assert.is(page("/graphql", recorded("braiins-s21plus-25.03/gql_system")).dialect, "braiins-graphql");
});

/** Folders of recordings and what their machines speak. */
const spoken: readonly (readonly [start: string, dialect: MinerDialect])[] = [
  ["bitmain-", "bitmain-stock"],
  ["braiins-s19xp-25.07", "braiins"],
  ["braiins-s21plus-25.03", "braiins-graphql"],
  ["canaan-", "avalon"],
  ["epic-", "epic"],
  ["luxos-", "luxos"],
  ["microbt-m20s", "whatsminer-v2"],
  ["microbt-m60s", "whatsminer-v3"],
  ["sealminer-", "sealminer"],
];

/** What of a recording an identification without a password may meet: any reply to the API, a frame, the pages it asks. */
function meet(folder: string, name: string): readonly (MinerDialect | undefined)[] {
  const bytes = recording(`${folder}/${name}`);
  const reply = decodeReply(bytes);
  if (!reply.ok) return pages.map(({ path }) => page(path, undefined, "", bytes.toString()).dialect);
  const { body } = reply.value;
  if (/^get\.|^set\./.test(name)) return [recognizeFrame(body).dialect];
  const web = pages.map(({ path }) => page(path, body));
  const met = /\.cgi$|^gql_|^web_/.test(name) ? web : [recognizeReply(body), ...web];
  return met.map(({ dialect }) => dialect);
}

test("no recorded reply is taken for another machine's, and one at least tells each machine", () => {
  const folders = readdirSync(new URL("../../../../test/recordings/miners/", import.meta.url)).filter(
    (name) => !name.endsWith(".md"),
  );
  for (const folder of folders) {
    const wanted = spoken.find(([start]) => folder.startsWith(start))?.[1];
    assert.ok(wanted !== undefined, `${folder}: a recording of a machine that this test does not know`);
    const names = readdirSync(new URL(`../../../../test/recordings/miners/${folder}/`, import.meta.url))
      .filter((name) => name.endsWith(".json") && name !== "expected.json")
      .map((name) => name.replace(/\.json$/, ""));
    const seen = names.map((name) => [name, meet(folder, name).filter((dialect) => dialect !== undefined)] as const);
    for (const [name, dialects] of seen)
      for (const dialect of dialects) assert.is(dialect, wanted, `${folder}/${name} passes for ${dialect}`);
    // Antminers with pages alone are told by the realm of their login, which no recording holds; frames of status name no machine.
    if (/-cgi$|-doubtful$/.test(folder)) continue;
    assert.ok(
      seen.some(([, dialects]) => dialects.includes(wanted)),
      `${folder} is not told from its replies`,
    );
  }
});

test("Braiins OS on the cgminer port is no dialect yet: its web interface decides which", () => {
  const seen = recognizeReply(recorded("braiins-s21plus-25.03/version"));
  assert.is(seen.dialect, undefined);
  assert.match(seen.saw, "Braiins OS");
});

test("a web server that is no machine is described; a digest of Antminers is known by its realm", () => {
  assert.is(page("/", undefined, 'Digest realm="antMiner Configuration", nonce="x"').dialect, "bitmain-stock");
  assert.is(page("/", undefined, 'Digest realm="camera"').dialect, undefined);
  assert.match(page("/", undefined, "", "<title> Office \n printer</title>").saw, "Office ? printer");
  assert.is(page("/", undefined, "", '<form action="/user/login"><input name="yuyan">').dialect, "ebang");
  assert.is(page("/", undefined, "", '<form action="/user/login">').dialect, undefined);
});

test("firmware on top of another wins over it", () => {
  assert.ok(compareDialects("luxos", "bitmain-stock") < 0);
  assert.ok(compareDialects("whatsminer-v3", "whatsminer-v2") < 0);
  assert.ok(compareDialects("braiins", "braiins-graphql") < 0);
});

test("excerpts are short and printable", () => {
  assert.is(excerpt("SSH-2.0\r\n"), "SSH-2.0");
  assert.is(excerpt("a\u001b[2Jb"), "a?[2Jb");
  assert.is(excerpt("x".repeat(200)).length, 60);
});

test.run();
