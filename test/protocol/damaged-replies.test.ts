/** Recorded replies damaged as the field damages them: a figure is as it was, or missing, or the reply is refused; never another one. */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeFigures, observeAvalon } from "../../src/protocol/avalon/messages.ts";
import { decodeStatsCommand } from "../../src/protocol/bitmain/readings.ts";
import type { JsonObject } from "../../src/protocol/cgminer/json.ts";
import { decodeReply } from "../../src/protocol/cgminer/reply.ts";
import { observeEpic } from "../../src/protocol/epic/messages.ts";
import { decodeSummary } from "../../src/protocol/whatsminer/messages.ts";
import { recording } from "./recordings.ts";

const test = suite("damaged replies");

const cases: Readonly<Record<string, (body: JsonObject) => unknown>> = {
  "microbt-m20sv10-20210322.22.REL/summary": (body) => decodeSummary(body, undefined),
  "canaan-1246-21072802_4ec6bb0_211fc46/stats": (body) => {
    const figures = decodeFigures(body);
    return figures && observeAvalon(figures);
  },
  "bitmain-s19pro-stock-49.0.1.3/stats": (body) => {
    const stats = decodeStatsCommand(body);
    return stats.ok ? stats.value : undefined;
  },
  "epic-s19xp-umc/summary": (body) => observeEpic(body),
};

/** Figures of one place of the reply; those made of several (the hottest, a sum) may lack a part. */
const single = ["inletCelsius", "powerWatts", "limitWatts", "directCurrentWatts", "uptimeSeconds"] as const;

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
      single.some((name) => whole[name] !== undefined),
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
