import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ScreenModel } from "../../../src/views/screen/model.ts";
import { drawScreen } from "../../../src/views/screen/screen.ts";
import { exampleModel } from "./example.ts";

const test = suite("screen");
const seed = Number(process.env["SEED"] ?? Date.now());

const mono = { colour: false, ascii: false };

function withoutCodes(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes are control characters.
  return line.replace(/\u001b\[[0-9;]*m/g, "");
}

for (const [columns, rows] of [
  [80, 24],
  [160, 45],
] as const) {
  const shown = drawScreen(exampleModel(), columns, rows, mono).join("\n");
  test(`the key facts stand on ${columns} x ${rows}`, () => {
    for (const fact of [
      "wolf-c07",
      "CONTROLLED",
      "218.4 kW",
      "220.0 kW",
      "Dispatch holds the container to 220.0 kW",
      "45.3 °C",
      "53.1 °C",
      "689 L/min",
      "12 L/min",
      "TRIPPED: flow",
      "tank-1",
      "tank-2",
      "machines 100",
      "54 hashing",
      "2 defiant",
      "contactor of branch-2 opened",
      "● broker",
      "q quit",
    ])
      assert.ok(shown.includes(fact), `${fact} is missing in\n${shown}`);
  });
  test(`one sign stands for each machine on ${columns} x ${rows}`, () => {
    const lines = shown.split("\n");
    const first = lines.findIndex((line) => line.includes("machines 100"));
    const map = lines
      .slice(first + 1, first + 7)
      .join("")
      .split("─")[0];
    assert.is((map ?? "").slice(0, 2000).match(/!/g)?.length, 2);
  });
}

test("no line is wider than the terminal and no size throws", () => {
  void fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 260 }),
      fc.integer({ min: 1, max: 90 }),
      fc.boolean(),
      fc.boolean(),
      (columns, rows, colour, ascii) => {
        const lines = drawScreen(exampleModel(), columns, rows, { colour, ascii });
        return lines.length === rows && lines.every((line) => [...withoutCodes(line)].length <= columns);
      },
    ),
    { seed, numRuns: 300 },
  );
});

test("without colour not one control character reaches the terminal, whatever an event says", () => {
  void fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      const model: ScreenModel = {
        ...exampleModel(),
        binding: text,
        events: [{ seconds: 1, severity: "alarm", text }],
      };
      const shown = drawScreen(model, 80, 24, mono).join("");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those are searched.
      return !/[\u0000-\u001f\u007f-\u009f]/.test(shown);
    }),
    { seed, numRuns: 200 },
  );
});

test("the plain fallback uses characters below 128 only", () => {
  const shown = drawScreen(exampleModel(), 100, 30, { colour: true, ascii: true }).join("");
  assert.ok([...shown].every((character) => (character.codePointAt(0) ?? 0) < 128));
});

test("the chart moves: a lower ceiling draws a lower line", () => {
  const model = exampleModel();
  const lower = { ...model, history: model.history.map((sample) => ({ ...sample, ceilingWatts: 50_000 })) };
  assert.is.not(drawScreen(model, 80, 24, mono).join("\n"), drawScreen(lower, 80, 24, mono).join("\n"));
});

test("nothing known yet is drawn as unknown, never as zero", () => {
  const model: ScreenModel = {
    ...exampleModel(),
    watts: null,
    ceilingWatts: null,
    history: [],
    tanks: exampleModel().tanks.map((tank) => ({
      ...tank,
      coolantCelsius: null,
      flowLitersPerMinute: null,
      history: [],
    })),
    machines: [],
    events: [],
    setpoints: [],
  };
  const shown = drawScreen(model, 80, 24, mono).join("\n");
  assert.ok(shown.includes("–– kW of –– kW"));
  assert.ok(shown.includes("–– °C"));
  assert.not.ok(shown.includes(" 0.0 °C"));
});

console.log(`seed ${seed}`);
test.run();
