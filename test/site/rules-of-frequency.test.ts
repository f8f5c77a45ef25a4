/** Rules of the grid's frequency in a site file, and the site that keeps them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Broken, findsEach } from "./broken-site.ts";
import { type Change, changed, loadText } from "./site-under-test.ts";

const test = suite("rules of the frequency");

const device = "      - { name: row-meter,";
const fast = `      - { name: transducer, board: fast-meter, address: 7 }\n${device}`;

/** A site with a fast transducer and the given frequency section. */
function withFrequency(section: string): readonly Change[] {
  return [
    [device, fast],
    ["minimumWatts: 3000", `minimumWatts: 3000\nfrequency:\n${section}`],
  ];
}

test("a response by a fast transducer and a relay come through with their defaults", () => {
  const loaded = loadText(
    changed(
      ...withFrequency(
        `  relay: { clear: io-1/contactorClosed, keepWatts: 5000 }
  response: { point: transducer/frequencyHertz, nominalHertz: 60, stages: [{ belowHertz: 59.7, keepRatio: 0.5 }] }`,
      ),
    ),
  );
  assert.ok(loaded.ok, JSON.stringify(loaded));
  if (!loaded.ok) return;
  assert.equal(loaded.value.frequency, {
    relay: { clear: "io-1/contactorClosed", keepWatts: 5000 },
    response: {
      point: "transducer/frequencyHertz",
      maximumAgeMilliseconds: 1000,
      nominalHertz: 60,
      deadbandHertz: 0.036,
      droopRatio: 0.05,
      headroomWatts: 0,
      stages: [{ belowHertz: 59.7, confirmMilliseconds: 500, keepRatio: 0.5 }],
      restoreAboveHertz: 59.964,
      holdMilliseconds: 900_000,
      returnMilliseconds: 60_000,
      respondWithinMilliseconds: 16_000,
    },
  });
});

test("a relay alone needs no transducer", () => {
  const loaded = loadText(changed(...withFrequency("  relay: { clear: io-1/contactorClosed }")));
  assert.ok(loaded.ok, JSON.stringify(loaded));
  if (loaded.ok) assert.equal(loaded.value.frequency, { relay: { clear: "io-1/contactorClosed", keepWatts: 0 } });
});

const cases: readonly Broken[] = [
  {
    name: "a transducer whose refresh nobody names",
    changes: withFrequency("  response: { point: feeder-meter/frequencyHertz, nominalHertz: 60 }"),
    pointer: "/frequency/response/point",
    found: /whose board plain-meter names no refresh/,
    expected: /a refresh of 100 ms or less/,
  },
  {
    name: "a transducer that is too slow",
    changes: withFrequency("  response: { point: transducer/slowHertz, nominalHertz: 60 }"),
    pointer: "/frequency/response/point",
    found: /measured anew every 500 ms/,
    expected: /a refresh of 100 ms or less/,
  },
  {
    name: "a fast transducer that is read slowly",
    changes: [
      [device, fast.replace("address: 7", "address: 7, pollMilliseconds: 250")],
      [
        "minimumWatts: 3000",
        "minimumWatts: 3000\nfrequency: { response: { point: transducer/frequencyHertz, nominalHertz: 60 } }",
      ],
    ],
    pointer: "/frequency/response/point",
    found: /read every 250 ms/,
    expected: /every 100 ms or less/,
  },
  {
    name: "a frequency that is a power",
    changes: withFrequency("  response: { point: transducer/powerWatts, nominalHertz: 60 }"),
    pointer: "/frequency/response/point",
    found: /powerWatts \[W\]/,
    expected: /a point in Hz/,
  },
  {
    name: "a relay that is no contact",
    changes: withFrequency("  relay: { clear: transducer/powerWatts }"),
    pointer: "/frequency/relay/clear",
    found: /powerWatts \[W\]/,
    expected: /a contact/,
  },
  {
    name: "a response beside a generator of the site's own",
    changes: withFrequency(
      `  response: { point: transducer/frequencyHertz, nominalHertz: 60 }
generator: { ratedWatts: 80000, largestStepUpWatts: 12000, largestStepDownWatts: 12000 }`,
    ),
    pointer: "/frequency/response",
    found: /a generator/,
    expected: /generator.frequency/,
  },
  {
    name: "stages of the grid that do not get harder",
    changes: withFrequency(
      `  response:
    point: transducer/frequencyHertz
    nominalHertz: 60
    stages: [{ belowHertz: 59.7, keepRatio: 0.5 }, { belowHertz: 59.5, keepRatio: 0.6 }]`,
    ),
    pointer: "/frequency/response/stages/1",
    found: /below 59.5 Hz keeps 0.6/,
    expected: /less than 0.5/,
  },
  {
    name: "stages within the deadband",
    changes: withFrequency(
      `  response:
    point: transducer/frequencyHertz
    nominalHertz: 60
    stages: [{ belowHertz: 59.98, keepRatio: 0.5 }]`,
    ),
    pointer: "/frequency/response/stages",
    found: /59.964 Hz/,
    expected: /above every stage, 59.98 Hz/,
  },
  {
    name: "stages that never come back",
    changes: withFrequency(
      `  response:
    point: transducer/frequencyHertz
    nominalHertz: 60
    restoreAboveHertz: 60.5
    stages: [{ belowHertz: 59.7, keepRatio: 0.5 }]`,
    ),
    pointer: "/frequency/response/restoreAboveHertz",
    found: /60.5 Hz/,
    expected: /at most 60 Hz/,
  },
  {
    name: "a headroom that leaves nothing",
    changes: withFrequency(
      `  response:
    point: transducer/frequencyHertz
    nominalHertz: 60
    headroomWatts: 60000`,
    ),
    pointer: "/frequency/response/headroomWatts",
    found: /60000 W/,
    expected: /below ratedWatts, 60000 W/,
  },
];

findsEach(test, cases);

test.run();
