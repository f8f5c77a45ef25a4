/** Cooling in the site file: loops, fans, standby pumps and heat customers, each broken once, and resolved. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Broken, findsEach } from "./broken-site.ts";
import { type Change, changed, loadText, problemsOf } from "./site-under-test.ts";

const test = suite("rules of cooling");

/** A loop with one fan, the dry cooler's relay, on the valid site. */
const loop = `coolingLoops:
  - name: cooler
    tanks: [tank-1]
    ambient: { point: temperatures/airCelsius }
    fans:
      - { output: io-1/dryCooler, feedback: io-1/leakDry }
    fanWattsPerKelvin: 800
    exchangerWattsPerKelvin: 4000
    targetCelsius: 35
`;
const heat =
  "    heat: { name: greenhouse, supply: temperatures/airCelsius, ready: io-1/leakDry, valve: io-1/valve, wantedCelsius: 35, mostWatts: 9000 }\n";
const drive =
  "      - { name: drive, board: plain-drive, address: 9, channels: [{ point: speedReferencePercent, name: speedPercent }] }\n";
const standby = "standby: { output: io-1/standby, feedback: io-1/leakDry }, afterRunSeconds: 600, branch: cooling }";

function valid(...further: readonly Change[]): readonly Change[] {
  return [
    ["fans: [io-1/dryCooler]\n", ""],
    [
      "input3Milliamperes, name: tank1L",
      "input2Celsius, name: airCelsius }\n          - { point: input3Milliamperes, name: tank1L",
    ],
    [
      "          - { point: output2, name: dryCooler }",
      "          - { point: output2, name: dryCooler }\n          - { point: output3, name: valve }\n          - { point: output4, name: standby }",
    ],
    ["miners:\n", `${loop}miners:\n`],
    ...further,
  ];
}

test("a loop with its fans, a heat customer and a standby pump is taken", () => {
  const text = changed(
    ...valid(["    targetCelsius: 35\n", `    targetCelsius: 35\n${heat}`], ["branch: cooling }", standby]),
  );
  const loaded = loadText(text);
  assert.ok(loaded.ok, loaded.ok ? "" : JSON.stringify(loaded.error, null, 2));
  const { coolingLoops, coolingOutputs, tanks } = loaded.value;
  assert.equal(coolingOutputs, ["io-1/pump", "io-1/dryCooler"]);
  assert.equal(coolingLoops?.[0]?.fans, [{ output: "io-1/dryCooler", speed: null, feedback: "io-1/leakDry" }]);
  assert.is(coolingLoops?.[0]?.ambient?.maximumAgeMilliseconds, 60_000);
  assert.is(coolingLoops?.[0]?.hottestAmbientCelsius, 45);
  assert.is(coolingLoops?.[0]?.heat?.supply.maximumAgeMilliseconds, 15_000);
  assert.equal(tanks[0]?.pump?.standby, { output: "io-1/standby", feedback: "io-1/leakDry" });
  assert.is(tanks[0]?.pump?.afterRunMilliseconds, 600_000);
});

test("a loop without measured air, fan contacts or customer is taken too", () => {
  const text = changed(
    ...valid(
      ["    ambient: { point: temperatures/airCelsius }\n", ""],
      ["{ output: io-1/dryCooler, feedback: io-1/leakDry }", "{ output: io-1/dryCooler }"],
      ["branch: cooling }", "standby: { output: io-1/standby }, branch: cooling }"],
    ),
  );
  const loaded = loadText(text);
  assert.ok(loaded.ok, loaded.ok ? "" : JSON.stringify(loaded.error, null, 2));
  assert.is(loaded.value.coolingLoops?.[0]?.ambient, null);
  assert.is(loaded.value.tanks[0]?.pump?.standby?.feedback, null);
});

test("fans and valves with positions are taken where a drive gives them", () => {
  const text = changed(
    ...valid(
      ["    devices:\n      - name: temperatures", `    devices:\n${drive}      - name: temperatures`],
      ["{ output: io-1/dryCooler, feedback: io-1/leakDry }", "{ speed: drive/speedPercent }"],
    ),
  );
  const problems = problemsOf(text).filter(({ pointer }) => pointer.startsWith("/coolingLoops"));
  assert.equal(problems, []);
});

test("an inlet and a warm-up are resolved", () => {
  const text = changed(
    ...valid([
      "    flow:",
      "    inlet: { point: temperatures/airCelsius }\n    warmUp: { coldCelsius: 5, warmCelsius: 20, coldLitersPerMinute: 40, watts: 5000 }\n    flow:",
    ]),
  );
  const loaded = loadText(text);
  assert.ok(loaded.ok, loaded.ok ? "" : JSON.stringify(loaded.error, null, 2));
  assert.equal(loaded.value.tanks[0]?.inlet, {
    point: "temperatures/airCelsius",
    derateKelvin: 15,
    tripKelvin: 25,
    maximumAgeMilliseconds: 15_000,
  });
  assert.is(loaded.value.tanks[0]?.warmUp?.watts, 5000);
});

const cases: readonly Broken[] = [
  {
    name: "a loop with an unknown tank",
    changes: valid(["tanks: [tank-1]", "tanks: [tank-9]"]),
    pointer: "/coolingLoops/0/tanks/0",
    found: /tank-9/,
    expected: /the name of a tank/,
  },
  {
    name: "a tank named twice",
    changes: valid(["tanks: [tank-1]", "tanks: [tank-1, tank-1]"]),
    pointer: "/coolingLoops/0/tanks/1",
    found: /tank-1/,
    expected: /tank of one loop/,
  },
  {
    name: "air in the wrong unit",
    changes: valid(["ambient: { point: temperatures/airCelsius }", "ambient: { point: temperatures/tank1Percent }"]),
    pointer: "/coolingLoops/0/ambient/point",
    found: /\[%\]/,
    expected: /a point in °C/,
  },
  {
    name: "a fan that weir cannot run",
    changes: valid(["{ output: io-1/dryCooler, feedback: io-1/leakDry }", "{ feedback: io-1/leakDry }"]),
    pointer: "/coolingLoops/0/fans/0",
    found: /neither `output` nor `speed`/,
    expected: /a switch, a speed reference/,
  },
  {
    name: "a fan's contact that is no contact",
    changes: valid(["feedback: io-1/leakDry }\n    fan", "feedback: temperatures/airCelsius }\n    fan"]),
    pointer: "/coolingLoops/0/fans/0/feedback",
    found: /°C/,
    expected: /a contact/,
  },
  {
    name: "a speed that is a relay",
    changes: valid(["{ output: io-1/dryCooler, feedback", "{ speed: io-1/dryCooler, feedback"]),
    pointer: "/coolingLoops/0/fans/0/speed",
    found: /dryCooler/,
    expected: /./,
  },
  {
    name: "a fan that is a pump as well",
    changes: valid(["{ output: io-1/dryCooler, feedback", "{ output: io-1/pump, feedback"]),
    pointer: "/coolingLoops/0/fans/0/output",
    found: /io-1\/pump/,
    expected: /output for one purpose/,
  },
  {
    name: "a target too near the derate point",
    changes: valid(["targetCelsius: 35", "targetCelsius: 40"]),
    pointer: "/coolingLoops/0/targetCelsius",
    found: /40 °C/,
    expected: /at most 39 °C/,
  },
  {
    name: "a target too near the derate point for a heat customer",
    changes: valid(["    targetCelsius: 35\n", `    targetCelsius: 36\n${heat}`]),
    pointer: "/coolingLoops/0/targetCelsius",
    found: /36 °C/,
    expected: /at most 35 °C/,
  },
  {
    name: "a valve position that is a relay",
    changes: valid([
      "    targetCelsius: 35\n",
      `    targetCelsius: 35\n${heat.replace("io-1/valve", "temperatures/tank1Percent")}`,
    ]),
    pointer: "/coolingLoops/0/heat/valve",
    found: /tank1Percent/,
    expected: /./,
  },
  {
    name: "a standby that nothing proves",
    changes: valid(
      ["branch: cooling }", "standby: { output: io-1/standby }, branch: cooling }"],
      [
        "    flow: { point: temperatures/tank1LitersPerMinute, minimumLitersPerMinute: 80 }",
        "    interlock: hard-wired",
      ],
    ),
    pointer: "/tanks/0/pump/standby",
    found: /no `feedback`, and no `flow`/,
    expected: /proves that it runs/,
  },
];

findsEach(test, cases);

test.run();
