/** Recorded replies damaged as the field damages them: a figure is as it was, or missing, or the reply is refused; never another one. */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeFigures, observeAvalon } from "../../src/protocol/avalon/messages.ts";
import { decodeOldStatus, decodeStatsCommand, decodeSummaryPage } from "../../src/protocol/bitmain/readings.ts";
import { observeGraphql } from "../../src/protocol/braiins/graphql.ts";
import { observeBraiins } from "../../src/protocol/braiins/rest.ts";
import type { JsonObject } from "../../src/protocol/cgminer/json.ts";
import { decodeReply } from "../../src/protocol/cgminer/reply.ts";
import { observeEpic } from "../../src/protocol/epic/messages.ts";
import { observeLuxos } from "../../src/protocol/luxos/messages.ts";
import { observeSealminer } from "../../src/protocol/sealminer/messages.ts";
import { decodeSummary } from "../../src/protocol/whatsminer/messages.ts";
import { decodeV3Summary } from "../../src/protocol/whatsminer-v3/messages.ts";
import { recording } from "./recordings.ts";

const test = suite("damaged replies");

const cases: Readonly<Record<string, (body: JsonObject) => unknown>> = {
  "microbt-m20sv10-20210322.22.REL/summary": (body) => decodeSummary(body, undefined),
  "microbt-m60s_vk40-20251209.16.Rel2-v3-doubtful/get.miner.status_summary": (body) => decodeV3Summary(body, true),
  "canaan-1246-21072802_4ec6bb0_211fc46/stats": avalon,
  "canaan-avalonq-25052801_14a19a2/stats": avalon,
  "bitmain-s19pro-stock-49.0.1.3/stats": (body) => accepted(decodeStatsCommand(body)),
  "bitmain-s9se-stock-20190918-cgi/get_miner_status.cgi": (body) => accepted(decodeOldStatus(body)),
  "bitmain-s21-stock-20240711-cgi/summary.cgi": (body) => decodeSummaryPage(body),
  "luxos-s19kpro-2025.4.8.220305/stats": (body) => observeLuxos(body, undefined, curtailed, []),
  "luxos-s19kpro-2025.4.8.220305/power": (body) => observeLuxos(luxosStats, body, curtailed, []),
  "epic-s19xp-umc/summary": (body) => observeEpic(body),
  "sealminer-a2-2025091001/stats": (body) => observeSealminer(body),
  "braiins-s19xp-25.07/miner_stats": (body) => observeBraiins({ ...braiins, stats: body }),
  "braiins-s19xp-25.07/miner_hw_hashboards": (body) => observeBraiins({ ...braiins, boards: body }),
  "braiins-s19xp-25.07/performance_tuner_state": (body) => observeBraiins({ ...braiins, tuner: body }),
  "braiins-s21plus-25.03/gql_system": (body) => observeGraphql(body),
  "braiins-s21plus-25.03/gql_boards": (body) => observeGraphql(body),
};

const whole = (path: string): JsonObject => JSON.parse(recording(path).toString()) as JsonObject;
const luxosStats = whole("luxos-s19kpro-2025.4.8.220305/stats");
const curtailed = { setting: "run", thermalManager: false, locating: false } as const;
const braiins = {
  details: whole("braiins-s19xp-25.07/miner_details"),
  stats: whole("braiins-s19xp-25.07/miner_stats"),
  boards: undefined,
  tuner: undefined,
};

function avalon(body: JsonObject): unknown {
  const figures = decodeFigures(body);
  return figures && observeAvalon(figures);
}

function accepted(result: { readonly ok: boolean; readonly value?: unknown }): unknown {
  return result.ok ? result.value : undefined;
}

/** Figures of one place of the reply, or a sum that is unknown where a part is. */
const single = [
  "powerWatts",
  "limitWatts",
  "directCurrentWatts",
  "uptimeSeconds",
  "hashrateTerahashesPerSecond",
] as const;

/** The hottest of several: without the hottest it is that of another sensor, never above what was told. */
const hottest = ["inletCelsius", "outletCelsius", "boardCelsius", "chipCelsius"] as const;

function figuresOf(text: string, observe: (body: JsonObject) => unknown): Readonly<Record<string, unknown>> {
  const reply = decodeReply(Buffer.from(text));
  return reply.ok ? ((observe(reply.value.body) ?? {}) as Readonly<Record<string, unknown>>) : {};
}

/** Damage that leaves no digit of a figure changed: what was cut is gone, what stands is as it stood. */
const damages: readonly ((text: string, at: number) => string)[] = [
  (text, at) => text.slice(0, at),
  (text, at) => without(text, /[{}[\],]/g, at),
  (text, at) => doubled(text, at),
  (text, at) =>
    text.replace(/: -?[\d.]+(?=[,\s}])/g, (number, from: number) => (from % 7 === at % 7 ? ": nan" : number)),
  (text, at) => text.replace(/[A-Za-z]{4,}"/g, (word, from: number) => (from % 5 === at % 5 ? `\\'${word}` : word)),
];

function without(text: string, what: RegExp, at: number): string {
  const places = [...text.matchAll(what)].map(({ index }) => index);
  const place = places[at % places.length] ?? 0;
  return text.slice(0, place) + text.slice(place + 1);
}

function doubled(text: string, at: number): string {
  const places = [...text.matchAll(/"/g)].map(({ index }) => index);
  const place = places[at % places.length] ?? 0;
  return `${text.slice(0, place)}"${text.slice(place)}`;
}

for (const [path, observe] of Object.entries(cases))
  test(`${path}: read as it was, in part, or not at all`, () => {
    const text = recording(path).toString();
    const whole = figuresOf(text, observe);
    assert.ok(
      [...single, ...hottest].some((name) => whole[name] !== undefined),
      JSON.stringify(whole),
    );
    void fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...damages), (at, damage) => {
        const figures = figuresOf(damage(text, at), observe);
        for (const name of single)
          assert.ok(
            figures[name] === undefined || figures[name] === whole[name],
            `${name}: ${figures[name]} instead of ${whole[name]}`,
          );
        const [mode, before] = [figures["mode"], whole["mode"]];
        assert.ok(mode !== "asleep" || before === "asleep", `asleep instead of ${before}`);
        assert.ok(mode !== "hashing" || before === "hashing", `hashing instead of ${before}`);
        for (const name of hottest) {
          const [found, told] = [figures[name], whole[name]];
          if (typeof found !== "number" || found === told) continue;
          assert.ok(typeof told === "number" && found <= told, `${name}: ${found} above ${told}`);
          assert.ok(text.includes(String(found)), `${name}: ${found} is told by no sensor`);
        }
      }),
      { numRuns: 400 },
    );
  });

test("a sum over boards is unknown where one board does not tell its part, never smaller", () => {
  const text = recording("epic-s19xp-umc/summary").toString();
  const observed = (damaged: string): number | undefined =>
    observeEpic(JSON.parse(damaged) as JsonObject)?.hashrateTerahashesPerSecond;
  assert.ok((observed(text) ?? 0) > 0);
  assert.is(observed(text.replace('"Hashrate"', '"Hash"')), undefined);
  const mute = text.replaceAll('"Hashrate"', '"Hash"');
  assert.is(observed(mute), undefined);
  const idle = JSON.parse(mute) as { Status: Record<string, string> };
  idle.Status["Operating State"] = "Idling";
  assert.is(observeEpic(idle)?.mode, "asleep");
});

test("every folder of recorded replies is read by a test of a decoder", () => {
  const tests = new URL("../../../test/protocol/", import.meta.url);
  const texts = readdirSync(tests, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && !name.startsWith("damaged"))
    .map((name) => readFileSync(new URL(name, tests), "utf8"));
  const folders = readdirSync(new URL("../../../test/recordings/miners/", import.meta.url)).filter(
    (name) => !name.endsWith(".md"),
  );
  assert.ok(folders.length >= 13, `${folders.length}`);
  assert.equal(
    folders.filter((folder) => !texts.some((text) => text.includes(folder))),
    [],
  );
});

test.run();
