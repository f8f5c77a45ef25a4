import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryFolder } from "../drivers/serial/line-under-test.ts";
import { type PlayedLine, playLine, weir } from "../field/far-lines.ts";
import { testBoards } from "../site/site-under-test.ts";

const test = suite("weir scan");
const folder = temporaryFolder();
const port = folder.path("line");
let line: PlayedLine | null = null;

test.before(async () => {
  const devices = [
    { name: "feeder", kind: "eastron-sdm630-v2", address: 2 },
    { name: "branch", kind: "janitza-umg96rm", address: 3 },
    { name: "outputs", kind: "waveshare-io8", address: 5 },
    { name: "twin-1", kind: "eastron-sdm630-v2", address: 6 },
    { name: "twin-2", kind: "janitza-umg96rm", address: 6 },
  ] as const;
  const speed = { baudRate: 38_400, parity: "even", stopBits: 1, refusesOtherSpeeds: true } as const;
  line = await playLine({ link: port, ...speed, devices });
  line.truth({ "feeder/powerWatts": 12_000, "branch/powerWatts": 4000, "outputs/output2": 1 });
});

test.after(async () => {
  await line?.stop();
  folder.remove();
});

interface Found {
  readonly address: number;
  readonly baudRate: number;
  readonly parity: string;
  readonly candidates: { readonly best: readonly { board: string; by: string }[]; readonly tell: readonly string[] };
}

const narrow = ["--bauds", "9600,38400", "--parities", "even"];

test("finds devices at an unknown speed, names the boards that fit, and tells colliding addresses", async () => {
  const { status, stdout, stderr } = await weir(["scan", port, ...narrow, "--addresses", "1-6", "--json"]);
  const { devices, garbled, skipped, interrupted } = JSON.parse(stdout);
  assert.equal([status, interrupted], [0, false]);
  const found: readonly Found[] = devices;
  assert.equal(
    found.map(({ address, baudRate, parity }) => [address, baudRate, parity]),
    [
      [2, 38_400, "even"],
      [3, 38_400, "even"],
      [5, 38_400, "even"],
    ],
  );
  const boards = found.map(({ candidates }) => candidates.best.map(({ board }) => board));
  assert.is(boards[0]?.[0], "eastron-sdm630-v2");
  assert.ok(boards[0]?.includes("eastron-sdm230"), "which has a part of the same registers");
  assert.match(
    found[0]?.candidates.tell.join("\n") ?? "",
    /eastron-sdm630-v2 measure three phases, .*eastron-sdm230 one/,
  );
  assert.ok(boards[1]?.includes("janitza-umg96rm"));
  assert.equal(boards[2], ["waveshare-io8"]);
  assert.equal(garbled, [{ baudRate: 38_400, parity: "even", address: 6 }]);
  assert.equal(skipped, []);
  assert.match(stderr, /9600 Bd, parity even: addresses as delivered \(1\) \(at most \d+ s left\)/);
});

test("finds a device that answers more slowly than is waited for", async () => {
  line?.fault("branch", "late", true, 200);
  const { status, stdout } = await weir([
    "scan",
    port,
    "--bauds",
    "38400",
    "--parities",
    "even",
    "--addresses",
    "1,3-4",
  ]);
  line?.fault("branch", "late", false);
  assert.is(status, 0);
  assert.match(stdout, /1 device\n {2}address 3 at 38400 Bd, parity even\n/);
  assert.match(stdout, /weir read \S+ --board janitza-\S+ --address 3 --baud 38400 --parity even/);
});

test("searches the other speeds too when it is told to, and stops at a line's speed when not", async () => {
  const words = [
    "scan",
    port,
    "--bauds",
    "38400,9600",
    "--parities",
    "even",
    "--addresses",
    "2",
    "--boards",
    testBoards,
  ];
  const one = await weir(words);
  assert.match(one.stdout, /1 other speed was not searched whole: a line has one speed/);
  const both = await weir([...words, "--every-speed", "--json"]);
  assert.equal(JSON.parse(both.stdout).skipped, []);
});

test("Ctrl-C ends it at once and shows what is found so far", async () => {
  const words = ["scan", port, "--parities", "even", "--bauds", "38400", "--addresses", "all"];
  const startedAt = performance.now();
  const { status, stdout } = await weir(words, 60_000, /even: 247 addresses/);
  assert.is(status, 130);
  assert.match(stdout, /Interrupted: there may be more\./);
  assert.ok(performance.now() - startedAt < 10_000);
});

test("an empty line ends with 1 and says what to check", async () => {
  const { status, stdout } = await weir(["scan", port, "--bauds", "1200", "--parities", "none", "--addresses", "1"]);
  assert.is(status, 1);
  assert.match(stdout, /0 devices\n {2}Nothing answers\. Check the wires \(A and B exchanged\?\)/);
});

test("a missing port and wrong words are told in a sentence", async () => {
  const missing = await weir(["scan", folder.path("nothing")]);
  assert.is(missing.status, 1);
  assert.match(missing.stderr, /nothing does not exist\./);
  for (const words of [
    ["--addresses", "0-3"],
    ["--bauds", "fast"],
    ["--parities", "mark"],
  ])
    assert.is((await weir(["scan", port, ...words])).status, 2);
});

test.run();
