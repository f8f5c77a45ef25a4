import { fork } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Check } from "../../../src/field/doctor/check.ts";
import { checkLine } from "../../../src/field/doctor/line-check.ts";
import type { SlaveKind } from "../../../src/sim/wires/modbus-slaves.ts";
import { type DeviceWords, resolveLine, temporaryFolder } from "../../drivers/serial/line-under-test.ts";
import { withDeadline } from "../../waiting.ts";
import { type PlayedLine, playLine } from "../far-lines.ts";

const test = suite("the doctor's look at a serial line");
const folder = temporaryFolder();
const speed = { baudRate: 115_200, parity: "none", stopBits: 1 } as const;

const meter = "eastron-sdm630-v2";

async function played(
  name: string,
  devices: readonly (DeviceWords & { readonly kind?: SlaveKind })[],
  use: (line: PlayedLine, look: (milliseconds: number) => Promise<readonly Check[]>) => Promise<void>,
): Promise<void> {
  const port = folder.path(name);
  const far = devices.map(({ name: device, board, kind, address }) => ({
    name: device,
    kind: kind ?? (board as SlaveKind),
    address,
  }));
  const line = await playLine({ link: port, ...speed, devices: far });
  try {
    await use(line, (milliseconds) =>
      checkLine(
        resolveLine(
          port,
          speed.baudRate,
          devices.map(({ kind: _, ...words }) => words),
        ),
        milliseconds,
      ),
    );
  } finally {
    await line.stop();
  }
}

const wrong = (checks: readonly Check[], subject: string) =>
  checks.filter((check) => check.subject === subject && check.verdict !== "pass");
const text = (checks: readonly Check[]): string =>
  checks.map(({ name, verdict, found, remedy }) => `${verdict} ${name}: ${found} -> ${remedy}`).join("\n");

test.after(() => folder.remove());

test("passes a sound line, with its speed and errors told", () =>
  played(
    "sound",
    [
      { name: "feeder", board: meter, address: 1 },
      { name: "branch", board: "janitza-umg96rm", address: 2 },
    ],
    async (line, look) => {
      line.truth({ "feeder/powerWatts": 12_000, "branch/powerWatts": 9000 });
      const checks = await look(1500);
      assert.equal(
        checks.filter(({ verdict }) => verdict !== "pass"),
        [],
      );
      assert.match(text(checks), /pass identity: it is what its board says: frequencyHertz 50/);
      assert.match(text(checks), /pass installation: powers, phases and frequency fit together at 12000 W/);
      assert.match(text(checks), /pass errors: \d+ reads, 0\.0 % failed, \d+ ms as a rule/);
    },
  ));

test("names what is wrong with each device, and what to do", () =>
  played(
    "sick",
    [
      { name: "reversed", board: meter, address: 1 },
      { name: "swapped", board: meter, address: 2 },
      { name: "lost", board: "janitza-umg96rm", address: 3 },
      { name: "order", board: meter, address: 4 },
      { name: "unit", board: meter, address: 5 },
      { name: "mute", board: meter, address: 6 },
      { name: "other", board: "janitza-umg96rm", kind: meter, address: 7 },
      { name: "twin-1", board: meter, address: 8 },
      { name: "twin-2", board: "janitza-umg96rm", address: 8 },
      { name: "all-reversed", board: meter, address: 9 },
      {
        name: "open",
        board: "eletechsup-pta8d08",
        address: 10,
        channels: [{ point: "input1Celsius", name: "tankCelsius" }],
      },
    ],
    async (line, look) => {
      for (const name of ["reversed", "swapped", "lost", "order", "unit", "mute", "other", "twin-1", "twin-2"])
        line.truth({ [`${name}/powerWatts`]: 12_000 });
      line.truth({ "all-reversed/powerWatts": -12_000 });
      line.fault("reversed", "reversed-transformer", true, 2);
      line.fault("swapped", "swapped-transformers", true, 1);
      line.fault("lost", "lost-transformer", true, 3);
      line.fault("order", "other-word-order", true);
      line.fault("unit", "other-unit", true, 0.001);
      line.fault("mute", "mute", true);
      const checks = await look(5000);
      const told = (subject: string): string => text(wrong(checks, subject));
      assert.match(
        told("reversed"),
        /^fail transformer L2: power of L2 is negative.* -> Turn the transformer of L2 round/,
      );
      assert.match(told("swapped"), /^fail phase order: currents of L1 and L2 do not belong/);
      assert.match(told("lost"), /^fail transformer L3: no current on L3/);
      assert.match(told("order"), /^fail identity: .* -> Its word order is the other one \(it would read 50\)/);
      assert.match(
        told("unit"),
        /^fail power: 12 W where voltage and current make 12000 W -> It counts in another unit/,
      );
      assert.match(told("mute"), /^fail answer: nothing answers at address 6/);
      assert.match(told("other"), /fail identity: .* -> Another device stands at this address/);
      assert.match(told("twin-1"), /^fail address: something answers at address 8, .* -> Two devices have address 8/);
      assert.match(told("all-reversed"), /^fail transformers: power is negative on all phases -> .*invert: true/);
      assert.match(
        told("open"),
        /^fail points: open\/tankCelsius is broken-sensor \(03D1\) -> .*an open or shorted input reads like this/,
      );
    },
  ));

test("suspects the termination where long frames fail and short ones do not", () =>
  played("open-ended", [{ name: "branch", board: "janitza-umg96rm", address: 2 }], async (line, look) => {
    line.truth({ "branch/powerWatts": 9000 });
    line.fault("line", "reflections", true, 20);
    const checks = await look(6000);
    assert.match(text(wrong(checks, "line-1")), /fail termination: long frames fail .* -> Check the 120 Ω resistors/);
  }));

test("tells a device that wants more silence from one that does not answer, and reads it once the site gives it", () => {
  const hasty = { name: "hasty", board: "eletechsup-pta8d08", address: 3 };
  const channels = [{ point: "input1Celsius", name: "tankCelsius" }];
  return played(
    "silence",
    [
      { ...hasty, channels },
      { name: "dead", board: meter, address: 4 },
    ],
    async (line, look) => {
      line.truth({ "hasty/input1Celsius": 40 });
      line.fault("hasty", "needs-silence", true, 100);
      line.fault("dead", "mute", true);
      const checks = await look(1500);
      assert.match(
        text(wrong(checks, "hasty")),
        /^fail silence: \d+ of \d+ reads fail after .*, and hardly any after 150 ms -> .*minimumGapMilliseconds: 150/,
      );
      assert.match(text(wrong(checks, "dead")), /^fail answer: nothing answers at address 4/);
      const patient = [{ ...hasty, channels, minimumGapMilliseconds: 150 }];
      const again = await checkLine(resolveLine(folder.path("silence"), speed.baudRate, patient), 1500);
      assert.equal(text(wrong(again, "hasty")), "");
    },
  );
});

test("names a meter whose digits stand still under load, and one that talks unasked", () =>
  played(
    "frozen",
    [
      { name: "stands", board: meter, address: 1 },
      { name: "moves", board: meter, address: 2 },
      { name: "idle", board: meter, address: 3 },
    ],
    async (line, look) => {
      line.truth({ "stands/powerWatts": 12_000, "moves/powerWatts": 12_000, "idle/powerWatts": 0 });
      line.fault("stands", "freeze", true);
      let beats = 0;
      const living = setInterval(() => {
        beats += 1;
        for (const name of ["stands", "moves"]) line.truth({ [`${name}/voltage1Volts`]: 230 + (beats % 7) / 10 });
      }, 200);
      const checks = await look(6500);
      clearInterval(living);
      assert.match(text(checks), /warn frozen: not one digit moved in \d+ reads over \d s at 12000 W -> .*restart it/);
      assert.equal([wrong(checks, "moves"), wrong(checks, "idle")], [[], []]);
      line.fault("idle", "talks-unasked", true, 150);
      const talking = await look(1500);
      assert.match(
        text(wrong(talking, "idle")),
        /fail talks unasked: it sends what nobody asked for -> Switch its automatic sending off/,
      );
    },
  ));

test("names a second master", () =>
  played("two-masters", [{ name: "feeder", board: meter, address: 1 }], async (line, look) => {
    line.fault("line", "second-master", true);
    const checks = await look(1500);
    assert.match(text(wrong(checks, "line-1")), /fail second master: \d+ requests heard .* -> .*unplug it/);
  }));

test("examines a SunSpec meter where its model was found", () =>
  played("sunspec", [{ name: "feeder", board: "sunspec-meter-201-204", address: 1 }], async (line, look) => {
    line.truth({ "feeder/powerWatts": 12_000, "feeder/energyImportWattHours": 5000 });
    const checks = await look(1500);
    assert.equal(
      checks.filter(({ verdict }) => verdict !== "pass"),
      [],
    );
    assert.match(text(checks), /pass identity: .*, serial number SIM-0042/);
    assert.match(text(checks), /pass answer: \d\d+ reads answered/);
  }));

test("a port that the controller holds is no failure: it says who has it; another program is one", () =>
  played("held", [{ name: "feeder", board: meter, address: 1 }], async (_, look) => {
    for (const [words, expected] of [
      [
        ["weir", "run"],
        /^warn port: .*held is open in process \d+ \(.*\)\. -> The controller is at work .*weir shell, then lines/,
      ],
      [["minicom"], /^fail port: .*held is open in process \d+ \(.*\)\. -> Stop it: a line has one owner/],
    ] as const) {
      const holder = fork(new URL("port-holder.js", import.meta.url), [folder.path("held"), ...words]);
      const ended = new Promise<void>((resolve) => holder.once("exit", () => resolve()));
      try {
        await withDeadline(new Promise<void>((resolve) => holder.once("message", () => resolve())), 5000, "port held");
        const checks = await look(1000);
        assert.match(text(checks), expected);
      } finally {
        holder.kill("SIGKILL");
        await withDeadline(ended, 5000, "holder ended");
      }
    }
  }));

test("a line whose port is missing gets one clear failure", async () => {
  const line = resolveLine(folder.path("nowhere"), 9600, [{ name: "feeder", board: meter, address: 1 }]);
  const checks = await checkLine(line, 1000);
  assert.is(checks.length, 1);
  assert.match(text(checks), /^fail port: .*nowhere does not exist\. -> /);
});

test.run();
