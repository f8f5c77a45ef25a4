/** Discovery over loopback addresses: machines among silent ports and free addresses; and what the site knows against it. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compareWithSite } from "../../../src/field/discovery/compare.ts";
import { discover, type Found } from "../../../src/field/discovery/discover.ts";
import type { SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { addressesOf } from "../../../src/site/addresses.ts";
import { FarEnd, linkTo, loopback, password, quickShared, waitForReport } from "../../drivers/miners/far-end.ts";

const test = suite("discovery");

const subnet = `${loopback(0)}/24`;
const silentCount = 50;
const apiPort = 14_028;
const nobody = { macOf: () => undefined, isNear: () => false };

const machines: SimulatedMiner[] = [
  { name: "whats", kind: "whatsminer", host: loopback(120), port: apiPort, ratedWatts: 3300 },
  { name: "avalon", kind: "avalon", host: loopback(254), port: apiPort, ratedWatts: 3300 },
];

/** Accepts and says nothing. */
async function openSilent(host: string, sockets: Set<Socket>): Promise<Server> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.resume();
  });
  server.listen({ host, port: apiPort });
  await once(server, "listening");
  return server;
}

test("a subnet of which 50 addresses accept and stay silent is searched within 15 s, and its machines are found", async () => {
  const sockets = new Set<Socket>();
  const hosts = addressesOf(subnet) ?? [];
  assert.is(hosts.length, 254);
  const servers = await Promise.all(hosts.slice(0, silentCount).map((host) => openSilent(host, sockets)));
  const farEnd = await FarEnd.start({ machines, user: "root", password });
  const order: string[] = [];
  try {
    const startedAt = performance.now();
    const found = await discover(hosts, {
      neighbours: nobody,
      signal: new AbortController().signal,
      portsOf: () => [apiPort, apiPort + 1],
      onFound: ({ host }) => order.push(host),
    });
    assert.ok(performance.now() - startedAt < 15_000, `${performance.now() - startedAt} ms`);
    assert.equal(
      found.map(({ host }) => host),
      hosts,
    );
    const known = found.flatMap(({ host, machine }) => (machine === undefined ? [] : [[host, machine.dialect]]));
    assert.equal(known, [
      [loopback(120), "whatsminer-v2"],
      [loopback(254), "avalon"],
    ]);
    assert.is(found.filter(({ absent }) => absent === true).length, 254 - silentCount - 2);
    assert.match(found[0]?.sightings[0]?.saw ?? "", "silence");
    // The silent ones, first in line, held up nobody.
    assert.ok(order.indexOf(loopback(254)) < 254 - silentCount, "a machine waited behind silent addresses");
  } finally {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
    await farEnd.kill();
  }
});

test("a machine that several ranges and subnets name is asked once and told once", async () => {
  const [behind, host] = [loopback(252), loopback(30)];
  const avalon = { name: "avalon", kind: "avalon", host: behind, port: apiPort, ratedWatts: 3300 } as const;
  const farEnd = await FarEnd.start({ machines: [avalon], user: "root", password });
  let asked = 0;
  const relay = createServer((socket) => {
    asked += 1;
    const onward = connect(apiPort, behind);
    socket.on("error", () => onward.destroy()).pipe(onward);
    onward.on("error", () => socket.destroy()).pipe(socket);
  });
  relay.listen({ host, port: apiPort });
  await once(relay, "listening");
  const search = async (words: string): Promise<readonly Found[]> => {
    asked = 0;
    const setup = { neighbours: nobody, signal: new AbortController().signal, portsOf: () => [apiPort] };
    return (await discover(addressesOf(words) ?? [], setup)).filter(({ absent }) => absent !== true);
  };
  try {
    assert.equal(
      (await search(host)).map((one) => [one.host, one.machine?.dialect]),
      [[host, "avalon"]],
    );
    const once = asked;
    const found = await search(`${loopback(28)}-${loopback(31)}, ${loopback(24)}/29, ${host}, ${loopback(30)}/31`);
    assert.equal(
      found.map((one) => [one.host, one.machine?.dialect]),
      [[host, "avalon"]],
    );
    assert.ok(once > 0);
    assert.is(asked, once);
  } finally {
    relay.close();
    await farEnd.kill();
  }
});

/** What answers without end, too much, too slowly, or on every port with the same word; each is asked for its bytes until it is hung up on. */
const nuisances = {
  dripping: (socket: Socket) => {
    const timer = setInterval(() => socket.write("x"), 1_000);
    socket.on("close", () => clearInterval(timer));
  },
  endless: (socket: Socket) => {
    const more = (): void => {
      if (!socket.destroyed) socket.write(Buffer.alloc(65_536, "["), () => setImmediate(more));
    };
    more();
  },
  long: (socket: Socket) => void socket.end(`{"STATUS":"${"x".repeat(1_100_000)}"}`),
  everywhere: (socket: Socket) => void socket.once("data", () => socket.end("HELLO\n")),
} as const;
type Nuisance = keyof typeof nuisances;
const nuisanceNames = Object.keys(nuisances) as readonly Nuisance[];

test("what drips, talks for ever or too long, or answers on every port is bounded, described, and read as no machine", async () => {
  const sockets = new Set<Socket>();
  const ports = [apiPort, apiPort + 1];
  const hosts = nuisanceNames.map((_, index) => loopback(index + 10));
  const servers = await Promise.all(
    nuisanceNames.flatMap((name, index) =>
      ports.map(async (port) => {
        const server = createServer((socket) => {
          sockets.add(socket);
          socket.on("error", () => socket.destroy());
          socket.resume();
          nuisances[name](socket);
        });
        server.listen({ host: hosts[index], port });
        await once(server, "listening");
        return server;
      }),
    ),
  );
  const shared = quickShared();
  const links = hosts.map((host, index) =>
    linkTo({ name: nuisanceNames[index] ?? "", kind: "whatsminer", host, port: apiPort, ratedWatts: 1 }, shared),
  );
  try {
    const startedAt = performance.now();
    const { signal } = new AbortController();
    const found = await discover(hosts, { neighbours: nobody, signal, portsOf: () => ports });
    assert.ok(performance.now() - startedAt < 15_000, `${performance.now() - startedAt} ms`);
    for (const [index, { host, machine, absent, sightings }] of found.entries()) {
      assert.is(machine, undefined, nuisanceNames[index]);
      assert.is(absent, undefined, nuisanceNames[index]);
      assert.ok(
        sightings.every(({ saw }) => saw.length > 0 && saw.length < 200),
        JSON.stringify(sightings),
      );
      const expectedThere = [{ name: "a", host, dialect: "whatsminer-v2" as const }];
      assert.equal(
        compareWithSite(found, expectedThere).map(({ kind }) => kind),
        ["not-understood"],
      );
    }
    const faults = ["no-reply", "malformed-reply", "not-a-miner"];
    for (const link of links) await waitForReport(link, "a fault", ({ fault = "" }) => faults.includes(fault), 8_000);
  } finally {
    await Promise.all(links.map((link) => link.stop()));
    await shared.stop();
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
  }
});

const identified = (dialect: "avalon" | "whatsminer-v2"): NonNullable<Found["machine"]> => ({
  dialect,
  port: 4028,
  web: false,
  sightings: [],
});
const answering = (host: string, mac?: string): Found => ({
  host,
  sightings: [],
  machine: identified("avalon"),
  ...(mac === undefined ? {} : { mac }),
});
const expected = (name: string, host: string, mac?: string) => ({
  name,
  host,
  dialect: "avalon" as const,
  ...(mac === undefined ? {} : { mac }),
});

test("a replaced, a moved, a missing and an unexpected machine are told apart", () => {
  const found: Found[] = [
    answering("10.0.0.1", "02:00:00:00:00:01"),
    answering("10.0.0.2", "02:00:00:00:00:99"),
    { host: "10.0.0.3", sightings: [], absent: true },
    { host: "10.0.0.4", sightings: [], absent: true },
    answering("10.0.0.9", "02:00:00:00:00:04"),
    answering("10.0.0.8"),
    { host: "10.0.0.5", sightings: [{ port: 80, saw: "a web page" }] },
    { host: "10.0.0.6", sightings: [], machine: { dialect: "whatsminer-v2", port: 4028, web: false, sightings: [] } },
  ];
  const site = [
    expected("a", "10.0.0.1", "02:00:00:00:00:01"),
    expected("b", "10.0.0.2", "02:00:00:00:00:02"),
    expected("c", "10.0.0.3", "02:00:00:00:00:03"),
    expected("d", "10.0.0.4", "02:00:00:00:00:04"),
    expected("e", "10.0.0.5"),
    expected("f", "10.0.0.6"),
  ];
  assert.equal(compareWithSite(found, site), [
    { kind: "replaced", name: "b", host: "10.0.0.2", mac: "02:00:00:00:00:99", before: "02:00:00:00:00:02" },
    { kind: "missing", name: "c", host: "10.0.0.3" },
    { kind: "moved", name: "d", host: "10.0.0.9", mac: "02:00:00:00:00:04", before: "10.0.0.4" },
    { kind: "not-understood", name: "e", host: "10.0.0.5" },
    { kind: "other-dialect", name: "f", host: "10.0.0.6", dialect: "whatsminer-v2", expected: "avalon" },
    { kind: "unexpected", host: "10.0.0.8", dialect: "avalon" },
  ]);
});

test("a machine that speaks two dialects is right where the site wants either", () => {
  const both: Found = { ...answering("10.0.0.1"), sightings: [{ port: 4433, saw: "both", dialect: "whatsminer-v3" }] };
  const site = { name: "a", host: "10.0.0.1", dialect: "whatsminer-v3" as const };
  assert.equal(compareWithSite([both], [site]), []);
});

test("a MAC on several addresses is told of each machine of the site that has it, and of no stranger", () => {
  const mac = "02:00:00:00:00:01";
  const found = [answering("10.0.0.1", mac), answering("10.0.0.2", mac), answering("10.0.0.9", mac)];
  assert.equal(compareWithSite(found, [expected("a", "10.0.0.1", mac), expected("b", "10.0.0.2")]), [
    { kind: "duplicate", name: "a", host: "10.0.0.1", mac, others: ["10.0.0.2", "10.0.0.9"] },
    { kind: "duplicate", name: "b", host: "10.0.0.2", mac, others: ["10.0.0.1", "10.0.0.9"] },
  ]);
});

test("two machines that changed places are both moved and both replaced", () => {
  const [one, two] = ["02:00:00:00:00:01", "02:00:00:00:00:02"];
  const found = [answering("10.0.0.1", two), answering("10.0.0.2", one)];
  const kinds = compareWithSite(found, [expected("a", "10.0.0.1", one), expected("b", "10.0.0.2", two)]).map(
    ({ kind }) => kind,
  );
  assert.equal(kinds, ["moved", "replaced", "moved", "replaced"]);
});

test.run();
