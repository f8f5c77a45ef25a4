import { suite } from "uvu";
import { type Broken, findsEach } from "./broken-site.ts";
import type { Change } from "./site-under-test.ts";

const test = suite("rules of wires and power");

const row = (text: string): Change => ["- name: row\n    parent: main", text];

const cases: readonly Broken[] = [
  // Wires.
  {
    name: "an unknown board",
    changes: [["board: plain-io", "board: plane-io"]],
    pointer: "/lines/1/devices/1/board",
    found: /"plane-io"/,
    expected: /a file in boards/,
  },
  {
    name: "an unknown Firmata board",
    changes: [["board: plain-uno", "board: plain-dos"]],
    pointer: "/firmata/0/board",
    found: /plain-dos/,
    expected: /a file in boards/,
  },
  {
    name: "an unknown point of a board",
    changes: [["point: input1Celsius", "point: input9Celsius"]],
    pointer: "/lines/1/devices/0/channels/0/point",
    found: /input9Celsius/,
    expected: /a point of Test plain inputs/,
  },
  {
    name: "a channel named in another unit than the board's",
    changes: [["name: tank1Celsius, minimum", "name: tank1Kelvin, minimum"]],
    pointer: "/lines/1/devices/0/channels/0/name",
    found: /tank1Kelvin \[K\]/,
    expected: /unit of input1Celsius \[°C\]/,
  },
  {
    name: "a scaling through one point",
    changes: [["from: [4, 20], to: [0, 250]", "from: [4, 4], to: [0, 250]"]],
    pointer: "/lines/1/devices/0/channels/1/scaling",
    found: /4,4/,
    expected: /two different points/,
  },
  {
    name: "plausible bounds the wrong way round",
    changes: [["minimum: 0, maximum: 90", "minimum: 90, maximum: 0"]],
    pointer: "/lines/1/devices/0/channels/0/minimum",
    found: /90, maximum 0/,
    expected: /below the maximum/,
  },
  {
    name: "a channel name twice",
    changes: [
      ["name: contactorClosed }", "name: pumpRuns }"],
      ["io-1/contactorClosed", "io-1/pumpRuns"],
    ],
    pointer: "/lines/1/devices/1/channels/1/name",
    found: /"pumpRuns", as at/,
    expected: /each channel name once/,
  },
  {
    name: "a line name twice",
    changes: [["- name: cooling\n    port", "- name: power\n    port"]],
    pointer: "/lines/1/name",
    found: /"power", as at \/lines\/0\/name/,
    expected: /each line name once/,
  },
  {
    name: "a device name twice, on a line and on Firmata",
    changes: [
      ["{ name: row-meter, board", "{ name: tank-board, board"],
      ["meter: row-meter", "meter: feeder-meter-2"],
    ],
    pointer: "/firmata/0/name",
    found: /"tank-board", as at/,
    expected: /each device name once/,
  },
  {
    name: "two devices on one address of a line",
    changes: [["board: plain-meter, address: 2", "board: plain-meter, address: 1"]],
    pointer: "/lines/0/devices/1/address",
    found: /"1", as at/,
    expected: /each address on line power once/,
  },
  {
    name: "two lines on one port",
    changes: [["/dev/null-line-2", "/dev/null-line-1"]],
    pointer: "/lines/1/port",
    found: /null-line-1/,
    expected: /each port once/,
  },
  {
    name: "a Firmata board on a line's port",
    changes: [["/dev/null-board", "/dev/null-line-1"]],
    pointer: "/firmata/0/port",
    found: /as at \/lines\/0\/port/,
    expected: /each port once/,
  },
  {
    name: "the console on a line's port",
    changes: [["/dev/null-console", "/dev/null-line-2"]],
    pointer: "/console/port",
    found: /as at \/lines\/1\/port/,
    expected: /each port once/,
  },
  {
    name: "a line of a speed that a device cannot be set to",
    changes: [["port: /dev/null-line-2\n    baudRate: 9600", "port: /dev/null-line-2\n    baudRate: 38400"]],
    pointer: "/lines/1/devices/0/board",
    found: /plain-inputs on a line of 38400 Bd/,
    expected: /a line of 9600 Bd/,
  },
  // Power.
  {
    name: "a failsafe limit above rated",
    changes: [["limitWatts: 20000", "limitWatts: 60001"]],
    pointer: "/failsafe/limitWatts",
    found: /60001 W/,
    expected: /at most ratedWatts, 60000 W/,
  },
  {
    name: "a breaker that trips before a shed is proven",
    changes: [["    breakerAmperes: 100", "    breakerAmperes: 100\n    doubleCurrentTripSeconds: 12"]],
    pointer: "/branches/1/doubleCurrentTripSeconds",
    found: /12 s/,
    expected: /at least 25 s/,
  },
  {
    name: "a breaker that hot air leaves nothing of",
    changes: [
      [
        "    breakerAmperes: 100",
        "    breakerAmperes: 100\n    derating: { lossPerKelvinRatio: 0.05, hottestCelsius: 60 }",
      ],
    ],
    pointer: "/branches/1/derating/lossPerKelvinRatio",
    found: /leaves 0 % at 60 °C/,
    expected: /at least 50 %/,
  },
  {
    name: "a breaker derated by something that is no temperature",
    changes: [
      [
        "    breakerAmperes: 100",
        "    breakerAmperes: 100\n    derating: { point: feeder-meter/powerWatts, lossPerKelvinRatio: 0.005, hottestCelsius: 60 }",
      ],
    ],
    pointer: "/branches/1/derating/point",
    found: /feeder-meter\/powerWatts/,
    expected: /°C/,
  },
  {
    name: "a step that starts no machine",
    changes: [["ramp: {", "ramp: { largestStepUp: { watts: 1000, intervalSeconds: 10 },"]],
    pointer: "/ramp/largestStepUp/watts",
    found: /1000 W/,
    expected: /the peak of the largest machine/,
  },
  {
    name: "a contract above rated",
    changes: [["minimumWatts: 3000", "minimumWatts: 3000\ncontract: { watts: 60001 }"]],
    pointer: "/contract/watts",
    found: /60001 W/,
    expected: /at most ratedWatts/,
  },
  {
    name: "a contract below the minimum",
    changes: [["minimumWatts: 3000", "minimumWatts: 3000\ncontract: { watts: 2000, intervalMinutes: 30 }"]],
    pointer: "/contract/watts",
    found: /2000 W/,
    expected: /at least minimumWatts, 3000 W/,
  },
  {
    name: "a protected load among machines, behind their contactor",
    changes: [["    breakerAmperes: 100", "    breakerAmperes: 100\n    protectedLoad: { ratedWatts: 20000 }"]],
    pointer: "/branches/1/protectedLoad",
    found: /behind the contactor of row/,
    expected: /no contactor between it and the metering point/,
  },
  {
    name: "a protected load with machines on its branch",
    changes: [["    breakerAmperes: 100", "    breakerAmperes: 100\n    protectedLoad: { ratedWatts: 20000 }"]],
    pointer: "/branches/1/protectedLoad",
    found: /miners\/0 on row/,
    expected: /a branch of its own/,
  },
  {
    name: "a protected load with a branch behind it",
    changes: [
      ["phases: 3, meter: feeder-meter,", "phases: 3, meter: feeder-meter, protectedLoad: { ratedWatts: 20000 },"],
    ],
    pointer: "/branches/0/protectedLoad",
    found: /row behind main/,
    expected: /a branch of its own/,
  },
  {
    name: "a protected load that rises above its rating",
    changes: [
      [
        "parent: main, breakerAmperes: 16,",
        "parent: main, breakerAmperes: 16, protectedLoad: { ratedWatts: 5000, riseWatts: 6000 },",
      ],
    ],
    pointer: "/branches/2/protectedLoad/riseWatts",
    found: /6000 W/,
    expected: /at most ratedWatts, 5000 W/,
  },
  {
    name: "a generator smaller than the container",
    changes: [
      [
        "minimumWatts: 3000",
        "minimumWatts: 3000\ngenerator: { ratedWatts: 50000, largestStepUpWatts: 12000, largestStepDownWatts: 12000 }",
      ],
    ],
    pointer: "/generator/ratedWatts",
    found: /50000 W/,
    expected: /at least ratedWatts of the container, 60000 W/,
  },
  {
    name: "a contactor with more behind it than the generator takes at once",
    changes: [
      [
        "minimumWatts: 3000",
        "minimumWatts: 3000\ngenerator: { ratedWatts: 80000, largestStepUpWatts: 4000, largestStepDownWatts: 12000 }",
      ],
    ],
    pointer: "/branches/1/contactor",
    found: /W behind row that start by themselves/,
    expected: /at most generator.largestStepUpWatts, 4000 W/,
  },
  {
    name: "a generator whose step starts no machine",
    changes: [
      [
        "minimumWatts: 3000",
        "minimumWatts: 3000\ngenerator: { ratedWatts: 80000, largestStepUpWatts: 1000, largestStepDownWatts: 12000 }",
      ],
    ],
    pointer: "/generator/largestStepUpWatts",
    found: /1000 W/,
    expected: /the peak of the largest machine/,
  },
  {
    name: "a generator whose stages do not get harder",
    changes: [
      [
        "minimumWatts: 3000",
        `minimumWatts: 3000
generator:
  ratedWatts: 80000
  largestStepUpWatts: 12000
  largestStepDownWatts: 12000
  frequency:
    point: feeder-meter/frequencyHertz
    restoreAboveHertz: 59
    stages: [{ belowHertz: 58, keepRatio: 0.5 }, { belowHertz: 57, keepRatio: 0.8 }]`,
      ],
    ],
    pointer: "/generator/frequency/stages/1",
    found: /below 57 Hz keeps 0.8/,
    expected: /less than 0.5, the stage before it/,
  },
  {
    name: "a generator whose stages end below themselves",
    changes: [
      [
        "minimumWatts: 3000",
        `minimumWatts: 3000
generator:
  ratedWatts: 80000
  largestStepUpWatts: 12000
  largestStepDownWatts: 12000
  frequency: { point: feeder-meter/frequencyHertz, restoreAboveHertz: 57, stages: [{ belowHertz: 58, keepRatio: 0.5 }] }`,
      ],
    ],
    pointer: "/generator/frequency/restoreAboveHertz",
    found: /57 Hz/,
    expected: /above every stage, 58 Hz/,
  },
  {
    name: "a smoke detector that is no contact",
    changes: [
      ["minimumWatts: 3000", "minimumWatts: 3000\nsmokeClear: [io-1/contactorClosed, feeder-meter/powerWatts]"],
    ],
    pointer: "/smokeClear/1",
    found: /powerWatts \[W\]/,
    expected: /a contact/,
  },
  {
    name: "a minimum above rated",
    changes: [["minimumWatts: 3000", "minimumWatts: 70000"]],
    pointer: "/minimumWatts",
    found: /70000 W/,
    expected: /at most ratedWatts/,
  },
  {
    name: "a container named group",
    changes: [["container: test-c01", "container: group"]],
    pointer: "/container",
    found: /group/,
    expected: /any other name/,
  },
  {
    name: "a branch name twice",
    changes: [
      ["- { name: cooling, parent: main, breaker", "- { name: row, parent: main, breaker"],
      ["branch: cooling }", "branch: main }"],
    ],
    pointer: "/branches/2/name",
    found: /"row", as at/,
    expected: /each branch name once/,
  },
  {
    name: "a branch fed by an unknown one",
    changes: [row("- name: row\n    parent: mains")],
    pointer: "/branches/1/parent",
    found: /"mains"/,
    expected: /branch that feeds it/,
  },
  {
    name: "a feeder tree with two roots",
    changes: [row("- name: row")],
    pointer: "/branches/1",
    found: /row has no parent, like main/,
    expected: /exactly one branch without `parent`/,
  },
  {
    name: "a feeder tree without root",
    changes: [["- { name: main, breaker", "- { name: main, parent: cooling, breaker"]],
    pointer: "/branches",
    found: /no branch without `parent`/,
    expected: /the metering point/,
  },
  {
    name: "a feeder tree with a loop",
    changes: [row("- name: row\n    parent: cooling"), ["name: cooling, parent: main", "name: cooling, parent: row"]],
    pointer: "/branches/1/parent",
    found: /a loop: row <- cooling <- row/,
    expected: /a way up/,
  },
  {
    name: "a branch metered by nobody",
    changes: [["meter: row-meter", "meter: raw-meter"]],
    pointer: "/branches/1/meter",
    found: /raw-meter/,
    expected: /a device on a line/,
  },
  {
    name: "a branch metered by what is no meter",
    changes: [["meter: row-meter", "meter: temperatures"]],
    pointer: "/branches/1/meter",
    found: /no point powerWatts/,
    expected: /a meter/,
  },
  {
    name: "a meter on two branches",
    changes: [["meter: row-meter", "meter: feeder-meter"]],
    pointer: "/branches/1/meter",
    found: /as at \/branches\/0\/meter/,
    expected: /each meter on one branch once/,
  },
  {
    name: "a contactor on an input",
    changes: [["output: tank-board/contactor,", "output: tank-board/leakDry,"]],
    pointer: "/branches/1/contactor/output",
    found: /only read/,
    expected: /an output/,
  },
  {
    name: "a contactor's feedback that is no contact",
    changes: [["feedback: io-1/contactorClosed", "feedback: temperatures/tank1Celsius"]],
    pointer: "/branches/1/contactor/feedback",
    found: /\[°C\]/,
    expected: /a contact/,
  },
  {
    name: "a contactor without a heartbeat relay in series",
    changes: [["heartbeatOutput: tank-board/heartbeat\n", ""]],
    pointer: "/branches/1/contactor/output",
    found: /the Firmata output tank-board\/contactor alone/,
    expected: /heartbeat relay in series/,
  },
  {
    name: "an unknown heartbeat output",
    changes: [["tank-board/heartbeat", "tank-board/heartbeet"]],
    pointer: "/heartbeatOutput",
    found: /heartbeet/,
    expected: /a point that a device of this site has/,
  },
  {
    name: "a lamp that is a pump",
    changes: [
      ["heartbeatOutput: tank-board/heartbeat\n", "heartbeatOutput: tank-board/heartbeat\nalarmLamp: io-1/pump\n"],
    ],
    pointer: "/alarmLamp",
    found: /"io-1\/pump", as at \/tanks\/0\/pump\/output/,
    expected: /one purpose/,
  },
  {
    name: "a lamp on an input",
    changes: [
      ["heartbeatOutput: tank-board/heartbeat\n", "heartbeatOutput: tank-board/heartbeat\nalarmLamp: io-1/pumpRuns\n"],
    ],
    pointer: "/alarmLamp",
    found: /only read/,
    expected: /an output/,
  },
  {
    name: "a fan that cannot be switched",
    changes: [["fans: [io-1/dryCooler]", "fans: [io-1/pumpRuns]"]],
    pointer: "/fans/0",
    found: /only read/,
    expected: /an output/,
  },
  {
    name: "an output with two purposes",
    changes: [["fans: [io-1/dryCooler]", "fans: [io-1/pump]"]],
    pointer: "/tanks/0/pump/output",
    found: /"io-1\/pump", as at \/fans\/0/,
    expected: /one purpose/,
  },
];

findsEach(test, cases);

test.run();
