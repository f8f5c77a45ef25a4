import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Broken, findsEach } from "./broken-site.ts";
import { type Change, changed, loadText } from "./site-under-test.ts";

const test = suite("rules of boards at a site");

const feeder = "- { name: feeder-meter, board: plain-meter, address: 1, pollMilliseconds: 200 }";
const withFeeder = (text: string): Change => [feeder, `- { name: feeder-meter, address: 1, ${text} }`];
const settled = (point: string): Change => ["version: 1\n", `version: 1\nsettlementEnergy: ${point}\n`];
const drive: Change = [feeder, `${feeder}\n      - { name: drive, board: plain-drive, address: 9 }`];
const withSetpoint = (setpoint: string): Change => [
  feeder,
  `${feeder}\n      - name: drive\n        board: plain-drive\n        address: 9\n        setpoints:\n          - ${setpoint}`,
];

const cases: readonly Broken[] = [
  {
    name: "a meter of the network on a serial line",
    changes: [withFeeder("board: network-meter")],
    pointer: "/lines/0/devices/0/board",
    found: /Modbus TCP only/,
    expected: /RS-485/,
  },
  {
    name: "a meter of one phase on a branch of three",
    changes: [withFeeder("board: one-phase-meter")],
    pointer: "/branches/0/meter",
    found: /feeder-meter, which measures one phase/,
    expected: /three phases for main/,
  },
  {
    name: "a drive whose speed reference is to be switched on and off",
    changes: [drive, ["fans: [io-1/dryCooler]", "fans:\n  - drive/speedReferencePercent"]],
    pointer: "/fans/0",
    found: /drive\/speedReferencePercent, which takes a number/,
    expected: /on or off/,
  },
  {
    name: "a pump that is to be switched by what is only read",
    changes: [drive, ["pump: { output: io-1/pump,", "pump: { output: drive/running,"]],
    pointer: "/tanks/0/pump/output",
    found: /drive\/running, which is only read/,
    expected: /on or off/,
  },
  {
    name: "a drive that is only read, used as an output, with the reason",
    changes: [
      [feeder, `${feeder}\n      - { name: drive, board: read-only-drive, address: 9 }`],
      ["fans: [io-1/dryCooler]", "fans:\n  - drive/run"],
    ],
    pointer: "/fans/0",
    found: /drive\/run, of a device that is only read/,
    expected: /a device that weir writes/,
    remedy: /sources contradict each other/,
  },
  {
    name: "a drive that is only read, to be kept at a speed",
    changes: [
      [
        feeder,
        `${feeder}\n      - name: drive\n        board: read-only-drive\n        address: 9\n        setpoints:\n          - { point: referenceHertz, value: 40 }`,
      ],
    ],
    pointer: "/lines/0/devices/1/setpoints/0/point",
    found: /referenceHertz, of a device that is only read/,
    expected: /a device that weir writes/,
    remedy: /sources contradict each other/,
  },
  {
    name: "a reference beyond its range",
    changes: [withSetpoint("{ point: speedReferencePercent, value: 120 }")],
    pointer: "/lines/0/devices/1/setpoints/0/value",
    found: /120/,
    expected: /0 to 100 %/,
  },
  {
    name: "a reference that is a switch",
    changes: [withSetpoint("{ point: run, value: 1 }")],
    pointer: "/lines/0/devices/1/setpoints/0/point",
    found: /run, which takes no number/,
    expected: /function 6/,
  },
  {
    name: "a reference the board does not have",
    changes: [withSetpoint("{ point: speedPercent, value: 1 }")],
    pointer: "/lines/0/devices/1/setpoints/0/point",
    found: /"speedPercent"/,
    expected: /a point of Test plain drive/,
  },
  {
    name: "a further point the board does not have",
    changes: [withFeeder("board: settling-meter, also: [qualiti]")],
    pointer: "/lines/0/devices/0/also/0",
    found: /"qualiti"/,
    expected: /a point of Test settling meter/,
  },
  {
    name: "a free input asked for without a name",
    changes: [["address: 2\n        channels:", "address: 2\n        also: [input3]\n        channels:"]],
    pointer: "/lines/1/devices/1/also/0",
    found: /input3, a free input/,
    expected: /always wired/,
  },
  {
    name: "a channel whose quantity cannot have its unit",
    changes: [["name: tank1LitersPerMinute, scaling", "name: power1Percent, scaling"]],
    pointer: "/lines/1/devices/0/channels/1/name",
    found: /power1Percent \[%\]/,
    expected: /ends in Watts/,
  },
  {
    name: "settlement by a float, with the steps it comes to",
    changes: [withFeeder("board: settling-meter"), settled("feeder-meter/energyFloatWattHours")],
    pointer: "/settlementEnergy",
    // 60 kW for a year are 525,600 kWh: below 2^24, so that the float still counts single kWh.
    found: /a float32 counter: at rated power its steps are 1000 Wh after a year/,
    expected: /integer counter/,
  },
  {
    name: "settlement by a float whose steps are many counts",
    changes: [
      withFeeder("board: settling-meter"),
      settled("feeder-meter/energyFloatWattHours"),
      ["ratedWatts: 60000", "ratedWatts: 20000000"],
    ],
    pointer: "/settlementEnergy",
    // 20 MW for a year are 175,200,000 kWh, between 2^27 and 2^28: steps of 2^4 kWh.
    found: /its steps are 16000 Wh/,
    expected: /integer counter/,
  },
  {
    name: "settlement by an integer that its board does not vouch for",
    changes: [withFeeder("board: settling-meter"), settled("feeder-meter/energyImport1WattHours")],
    pointer: "/settlementEnergy",
    found: /32 bits of a meter whose board does not vouch/,
    expected: /integer counter/,
  },
  {
    name: "settlement by a point that is not read",
    changes: [withFeeder("board: settling-meter"), settled("feeder-meter/energyExportWattHours")],
    pointer: "/settlementEnergy",
    found: /which is not read/,
    expected: /integer counter/,
  },
  {
    name: "settlement by no device",
    changes: [settled("feeder-metre/energyImportWattHours")],
    pointer: "/settlementEnergy",
    found: /"feeder-metre"/,
    expected: /an energy point/,
  },
  {
    name: "settlement by no point",
    changes: [withFeeder("board: settling-meter"), settled("feeder-meter/energyInWattHours")],
    pointer: "/settlementEnergy",
    found: /"energyInWattHours"/,
    expected: /a point of settling meter/,
  },
];

findsEach(test, cases);

test("takes drives that are started by their words and kept at their speed", () => {
  const words: Change = ["pump: { output: io-1/pump,", "pump: { output: drive/run,"];
  const loaded = loadText(changed(withSetpoint("{ point: speedReferencePercent, value: 80 }"), words));
  assert.ok(loaded.ok, loaded.ok ? "" : JSON.stringify(loaded.error));
  assert.equal(loaded.value.coolingOutputs, ["drive/run", "io-1/dryCooler"]);
  assert.is(loaded.value.lines[0]?.devices[1]?.setpoints[0]?.value, 80);
});

test.run();
