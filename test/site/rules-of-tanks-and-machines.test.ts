import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Broken, findsEach } from "./broken-site.ts";
import { type Change, changed, problemsOf, validText } from "./site-under-test.ts";

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

const test = suite("rules of tanks and machines");

function warmUp(parts: { readonly warm?: number; readonly flow?: number; readonly watts?: number }): string {
  const { warm = 20, flow = 40, watts = 5000 } = parts;
  return `warmUp: { coldCelsius: 5, warmCelsius: ${warm}, coldLitersPerMinute: ${flow}, watts: ${watts} }`;
}

const cases: readonly Broken[] = [
  // Tanks.
  {
    name: "an unknown sensor",
    changes: [["sensors: [temperatures/tank1Celsius,", "sensors: [temperatures/tank2Celsius,"]],
    pointer: "/tanks/0/coolant/sensors/0",
    found: /tank2Celsius/,
    expected: /a point that a device of this site has/,
  },
  {
    name: "a flow measured in the wrong unit",
    changes: [["point: temperatures/tank1LitersPerMinute", "point: temperatures/tank1Percent"]],
    pointer: "/tanks/0/flow/point",
    found: /\[%\]/,
    expected: /a point in L\/min/,
  },
  {
    name: "a level measured in the wrong unit",
    changes: [["point: temperatures/tank1Percent, minimum", "point: temperatures/tank1Celsius, minimum"]],
    pointer: "/tanks/0/level/point",
    found: /\[°C\]/,
    expected: /a point in %/,
  },
  {
    name: "a leak detector that is no contact",
    changes: [["leakDry: [tank-board/leakDry,", "leakDry: [temperatures/tank1Percent,"]],
    pointer: "/tanks/0/leakDry/0",
    found: /\[%\]/,
    expected: /a contact/,
  },
  {
    name: "an unknown pump feedback",
    changes: [["feedback: io-1/pumpRuns", "feedback: io-1/pumpWalks"]],
    pointer: "/tanks/0/pump/feedback",
    found: /pumpWalks/,
    expected: /a point that a device of this site has/,
  },
  {
    name: "a trip at the derate point",
    changes: [["tripCelsius: 50", "tripCelsius: 45"]],
    pointer: "/tanks/0/coolant/tripCelsius",
    found: /45 °C/,
    expected: /above derateCelsius, 45 °C/,
  },
  {
    name: "a release at the derate point",
    changes: [["releaseCelsius: 42", "releaseCelsius: 45"]],
    pointer: "/tanks/0/coolant/releaseCelsius",
    found: /45 °C/,
    expected: /below derateCelsius/,
  },
  {
    name: "a trip above what the most delicate machine stands",
    changes: [["tripCelsius: 50", "tripCelsius: 53"]],
    pointer: "/tanks/0/coolant/tripCelsius",
    found: /53 °C/,
    expected: /at most 52 °C, what plain-miner/,
  },
  {
    name: "voted sensors on one module",
    changes: [
      [
        "- { point: input3Milliamperes",
        "- { point: input2Celsius, name: otherCelsius }\n          - { point: input3Milliamperes",
      ],
      ["tank-board/coolantCelsius]", "temperatures/otherCelsius]"],
    ],
    pointer: "/tanks/0/coolant/sensors/1",
    found: /on the module of temperatures\/tank1Celsius/,
    expected: /different modules/,
  },
  {
    name: "Firmata as the only coolant sensor",
    changes: [["[temperatures/tank1Celsius, tank-board/coolantCelsius]", "[tank-board/coolantCelsius]"]],
    pointer: "/tanks/0/coolant/sensors",
    found: /only Firmata/,
    expected: /Modbus/,
  },
  {
    name: "a tank without flow sensor or interlock",
    changes: [["    flow: { point: temperatures/tank1LitersPerMinute, minimumLitersPerMinute: 80 }\n", ""]],
    pointer: "/tanks/0",
    found: /no `flow`, and no interlock/,
    expected: /a flow sensor, or a flow switch hard-wired/,
  },
  {
    name: "an inlet that is a sensor of the hot side",
    changes: [["    flow:", "    inlet: { point: temperatures/tank1Celsius }\n    flow:"]],
    pointer: "/tanks/0/inlet/point",
    found: /a sensor of the hot side/,
    expected: /comes back from the heat exchanger/,
  },
  {
    name: "an inlet that trips at its derate point",
    changes: [["    flow:", "    inlet: { point: temperatures/tank1Celsius, tripKelvin: 15 }\n    flow:"]],
    pointer: "/tanks/0/inlet/tripKelvin",
    found: /15 K/,
    expected: /above derateKelvin, 15 K/,
  },
  {
    name: "an inlet measured in the wrong unit",
    changes: [["    flow:", "    inlet: { point: temperatures/tank1Percent }\n    flow:"]],
    pointer: "/tanks/0/inlet/point",
    found: /\[%\]/,
    expected: /a point in °C/,
  },
  {
    name: "a warm-up without flow",
    changes: [
      [
        "flow: { point: temperatures/tank1LitersPerMinute, minimumLitersPerMinute: 80 }",
        `interlock: hard-wired\n    ${warmUp({})}`,
      ],
    ],
    pointer: "/tanks/0/warmUp",
    found: /no `flow`/,
    expected: /a flow sensor/,
  },
  {
    name: "a warm-up that ends where it begins",
    changes: [["    flow:", `    ${warmUp({ warm: 5 })}\n    flow:`]],
    pointer: "/tanks/0/warmUp/warmCelsius",
    found: /5 °C/,
    expected: /between coldCelsius, 5 °C, and releaseCelsius, 42 °C/,
  },
  {
    name: "cold coolant that flows more than warm",
    changes: [["    flow:", `    ${warmUp({ flow: 90 })}\n    flow:`]],
    pointer: "/tanks/0/warmUp/coldLitersPerMinute",
    found: /90 L\/min/,
    expected: /at most minimumLitersPerMinute, 80/,
  },
  {
    name: "more power a litre for cold coolant than for warm",
    changes: [["    flow:", `    ${warmUp({ watts: 39_000 })}\n    flow:`]],
    pointer: "/tanks/0/warmUp/watts",
    found: /39000 W/,
    expected: /as much a litre as/,
  },
  {
    name: "Firmata as the only leak detector",
    changes: [["leakDry: [tank-board/leakDry, io-1/leakDry]", "leakDry: [tank-board/leakDry]"]],
    pointer: "/tanks/0/leakDry",
    found: /only Firmata: tank-board\/leakDry/,
    expected: /leak detector on a Modbus device/,
  },
  {
    name: "Firmata as the only smoke detector",
    changes: [["fans: [io-1/dryCooler]", "fans: [io-1/dryCooler]\nsmokeClear: [tank-board/leakDry]"]],
    pointer: "/smokeClear",
    found: /only Firmata/,
    expected: /smoke detector on a Modbus device/,
  },
  {
    name: "flow measured by Firmata alone",
    changes: [["point: temperatures/tank1LitersPerMinute", "point: tank-board/coolantLitersPerMinute"]],
    pointer: "/tanks/0/flow/point",
    found: /only Firmata/,
    expected: /flow sensor on a Modbus device/,
  },
  {
    name: "a level measured by Firmata alone",
    changes: [["point: temperatures/tank1Percent, minimum", "point: tank-board/coolantPercent, minimum"]],
    pointer: "/tanks/0/level/point",
    found: /only Firmata/,
    expected: /level sensor on a Modbus device/,
  },
  {
    name: "a pump's run proved by Firmata alone",
    changes: [
      ["    flow: { point: temperatures/tank1LitersPerMinute, minimumLitersPerMinute: 80 }\n", ""],
      ["feedback: io-1/pumpRuns", "feedback: tank-board/leakDry"],
    ],
    pointer: "/tanks/0/pump/feedback",
    found: /only Firmata/,
    expected: /proof that the pump runs on a Modbus device/,
  },
  {
    name: "a tank without contactor or interlock",
    changes: [["    contactor: { output: tank-board/contactor, feedback: io-1/contactorClosed }\n", ""]],
    pointer: "/tanks/0",
    found: /no contactor on the way to a, and no interlock/,
    expected: /hard-wired interlock/,
  },
  {
    name: "a pump behind a contactor",
    changes: [["branch: cooling }", "branch: row }"]],
    pointer: "/tanks/0/pump/branch",
    found: /row, behind the contactor of row/,
    expected: /without a contactor/,
  },
  {
    name: "a pump fed below a contactor",
    changes: [["name: cooling, parent: main", "name: cooling, parent: row"]],
    pointer: "/tanks/0/pump/branch",
    found: /cooling, behind the contactor of row/,
    expected: /without a contactor/,
  },
  {
    name: "a pump on an unknown branch",
    changes: [["branch: cooling }", "branch: colling }"]],
    pointer: "/tanks/0/pump/branch",
    found: /colling/,
    expected: /the name of a branch/,
  },
  {
    name: "a pump whose supply is not told",
    changes: [[", branch: cooling }", " }"]],
    pointer: "/tanks/0/pump",
    found: /no `branch`/,
    expected: /must not lie behind a contactor/,
  },
  // Machines.
  {
    name: "machines in no tank",
    changes: [["tank: tank-1, branch: row, phase", "branch: row, phase"]],
    pointer: "/miners/0",
    found: /no `tank`/,
    expected: /tank of the machines/,
  },
  {
    name: "machines on no branch",
    changes: [["tank: tank-1, branch: row, phase", "tank: tank-1, phase"]],
    pointer: "/miners/0",
    found: /no `branch`/,
    expected: /branch of the machines/,
  },
  {
    name: "machines in an unknown tank",
    changes: [["tank: tank-1, branch: row, phase", "tank: tank-2, branch: row, phase"]],
    pointer: "/miners/0/tank",
    found: /tank-2/,
    expected: /the name of a tank/,
  },
  {
    name: "machines on an unknown branch",
    changes: [["tank: tank-1, branch: row, phase", "tank: tank-1, branch: raw, phase"]],
    pointer: "/miners/0/branch",
    found: /raw/,
    expected: /the name of a branch/,
  },
  {
    name: "an unknown model",
    changes: [["model: plain-miner", "model: plane-miner"]],
    pointer: "/miners/0/model",
    found: /plane-miner/,
    expected: /boards\/miners/,
  },
  {
    name: "a figure that neither model nor site knows",
    changes: [["sleepSeconds: 10, ", ""]],
    pointer: "/miners/1/model",
    found: /sleepSeconds nobody has published/,
    expected: /a figure for sleepSeconds/,
  },
  {
    name: "a range that runs backwards",
    changes: [["127.10.1.1-127.10.1.10", "127.10.1.10-127.10.1.1"]],
    pointer: "/miners/0/addresses",
    found: /127\.10\.1\.10-/,
    expected: /first to last/,
  },
  {
    name: "an address that is none",
    changes: [["127.10.1.1-127.10.1.10", "127.10.1.1-127.10.1.300"]],
    pointer: "/miners/0/addresses",
    found: /\.300/,
    expected: /IPv4/,
  },
  {
    name: "a range of a whole network",
    changes: [["127.10.1.1-127.10.1.10", "127.10.1.1-127.20.1.10"]],
    pointer: "/miners/0/addresses",
    found: /127\.20/,
    expected: /at most 1024/,
  },
  {
    name: "overlapping ranges",
    changes: [["addresses: 127.10.2.1", "addresses: 127.10.1.10-127.10.1.12"]],
    pointer: "/miners/1/addresses",
    found: /1 addresses from 127\.10\.1\.10 on that a has already/,
    expected: /each address in one row/,
  },
  {
    name: "a machine's name twice",
    changes: [["- name: b\n", "- name: a-001\n"]],
    pointer: "/miners/1/name",
    found: /"a-001", as at/,
    expected: /each machine name once/,
  },
  {
    name: "a machine without commands that no contactor can shed",
    changes: [
      ["  - name: tank-1\n", "  - name: tank-1\n    interlock: hard-wired\n"],
      ["model: half-known-miner", "model: silent-miner"],
      ["    branch: row\n    credentials", "    branch: cooling\n    credentials"],
    ],
    pointer: "/miners/1/branch",
    found: /silent-miner on cooling: it takes no commands/,
    expected: /a branch with a contactor/,
  },
  {
    name: "a machine behind a contactor of which nobody tells what it does when power returns",
    changes: [[", hashesAfterPowerCycle: true }", " }"]],
    pointer: "/miners/1/model",
    found: /half-known-miner behind the contactor of row; nobody has published whether it hashes/,
    expected: /hashesAfterPowerCycle: true or false/,
    remedy: /measure: switch one off while it hashes/,
  },
  {
    name: "a machine that neither commands nor its power start again",
    changes: [
      ["model: half-known-miner", "model: silent-miner"],
      ["hashesAfterPowerCycle: true }", "hashesAfterPowerCycle: false }"],
    ],
    pointer: "/miners/1/model",
    found: /silent-miner behind the contactor of row: it takes no commands, and does not hash/,
    expected: /hashesAfterPowerCycle: true/,
    remedy: /nothing would start it again/,
  },
  // Links and secrets.
  {
    name: "an open broker elsewhere",
    changes: [["mqtt://127.0.0.1:1883", "mqtt://10.0.0.5:1883"]],
    pointer: "/broker/url",
    found: /mqtt:\/\/ to 10\.0\.0\.5/,
    expected: /mqtts/,
  },
  {
    name: "a broker's address that is none",
    changes: [["mqtt://127.0.0.1:1883", "mqtts://"]],
    pointer: "/broker/url",
    found: /mqtts/,
    expected: /mqtts:\/\/host:port/,
  },
  {
    name: "a password in the broker's address",
    changes: [["mqtt://127.0.0.1:1883", "mqtts://a:b@10.0.0.5"]],
    pointer: "/broker/url",
    found: /a password in the address/,
    expected: /certificate/,
  },
  {
    name: "a certificate without its key",
    changes: [['url: "mqtt://127.0.0.1:1883"', 'url: "mqtt://127.0.0.1:1883", certificateFile: a.pem']],
    pointer: "/broker",
    found: /only certificateFile/,
    expected: /together/,
  },
  {
    name: "credentials that the secrets do not hold",
    changes: [["phase: rotate, credentials: row-a", "phase: rotate, credentials: row-z"]],
    pointer: "/miners/0/credentials",
    found: /row-z/,
    expected: /an entry of secrets.yaml/,
  },
  {
    name: "no secrets file",
    changes: [["secretsFile: secrets.yaml\n", ""]],
    pointer: "",
    found: /no `secretsFile`/,
    expected: /mode 0600/,
  },
];

findsEach(test, cases);

/** Of the limits that a site file sets: the least and the most that stand beside the others of the valid site. */
const bounded = [
  { text: "tripCelsius: 50", name: "tripCelsius", pointer: "/tanks/0/coolant/tripCelsius", above: 45, most: 52 },
  {
    text: "derateCelsius: 45",
    name: "derateCelsius",
    pointer: "/tanks/0/coolant/derateCelsius",
    above: 42,
    most: 49.9,
  },
] as const;

test("29: whatever a site file asks beyond the bounds of its machines is refused, at the least and at the most", () => {
  for (const { text, name, pointer, above, most } of bounded)
    void fc.assert(
      fc.property(fc.integer({ min: 0, max: 900 }), (tenths) => {
        const value = tenths / 10;
        const problems = problemsOf(changed([text, `${name}: ${value}`]));
        assert.is(
          problems.length > 0,
          value <= above || value > most,
          `${pointer} ${value}: ${JSON.stringify(problems)}`,
        );
      }),
      { seed, numRuns: 40 },
    );
});

test("all problems come at once, in the order of their lines", () => {
  const problems = problemsOf(
    changed(
      ["board: plain-io", "board: plane-io"],
      ["limitWatts: 20000", "limitWatts: 70000"],
      ["addresses: 127.10.2.1", "addresses: 127.10.1.1"],
    ),
  );
  assert.equal(
    problems.map(({ pointer }) => pointer),
    ["/failsafe/limitWatts", "/lines/1/devices/1/board", "/miners/1/addresses"],
  );
});

test("a machine without commands is taken where a contactor stands above its branch", () => {
  assert.equal(problemsOf(changed(["model: half-known-miner", "model: silent-miner"])), []);
});

test("what a machine does when power returns need not be told where no contactor stands above it, and may be no", () => {
  const without: Change[] = [
    ["    contactor: { output: tank-board/contactor, feedback: io-1/contactorClosed }\n", ""],
    ["    leakDry:", "    interlock: hard-wired\n    leakDry:"],
  ];
  assert.equal(problemsOf(changed(...without, [", hashesAfterPowerCycle: true }", " }"])), []);
  assert.equal(problemsOf(changed(["hashesAfterPowerCycle: true }", "hashesAfterPowerCycle: false }"])), []);
});

test("points of a device whose board is unknown are not blamed as well", () => {
  assert.is(problemsOf(changed(["board: plain-io", "board: plane-io"])).length, 1);
});

test("a hard-wired interlock stands in for a contactor", () => {
  const text = changed(
    ["    contactor: { output: tank-board/contactor, feedback: io-1/contactorClosed }\n", ""],
    ["    leakDry:", "    interlock: hard-wired\n    leakDry:"],
  );
  assert.equal(problemsOf(text), []);
  assert.equal(problemsOf(validText), []);
});

test.run();
