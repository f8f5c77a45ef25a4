/** Telling machines apart by what their ports say, usual ports or not; and saying what was seen where nothing fits. */
import { createServer, type Server } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { identify } from "../../../src/drivers/miners/identify.ts";
import type { MinerDialect } from "../../../src/model/site.ts";
import type { SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { FarEnd, loopback, password } from "./far-end.ts";

const test = suite("identification");

const patience = { connectMilliseconds: 500, replyMilliseconds: 400 };
const ports = [4028, 4433, 8080];
const expected: readonly (readonly [SimulatedMiner["kind"], MinerDialect, Partial<SimulatedMiner>])[] = [
  ["whatsminer", "whatsminer-v2", {}],
  ["whatsminer-v3", "whatsminer-v3", {}],
  ["antminer", "bitmain-stock", {}],
  ["avalon", "avalon", {}],
  ["luxos", "luxos", {}],
  ["braiins", "braiins", {}],
  ["braiins-graphql", "braiins-graphql", {}],
  ["vnish", "vnish", {}],
  ["epic", "epic", {}],
  ["sealminer", "sealminer", {}],
  ["ebang", "ebang", {}],
  // On ports that belong to other dialects.
  ["whatsminer-v3", "whatsminer-v3", { port: 4028 }],
  ["avalon", "avalon", { port: 4433 }],
  ["epic", "epic", { port: 8080 }],
  ["vnish", "vnish", { webPort: 4028 }],
  ["ebang", "ebang", { webPort: 4433 }],
];
const machines = expected.map(([kind, , plate], index) => ({
  name: `${kind}-${index}`,
  kind,
  host: loopback(index + 1),
  webPort: 8080,
  ratedWatts: 3000,
  ...plate,
}));
const strange = loopback(100);
const servers: Server[] = [];
let farEnd: FarEnd;

const serve = async (port: number, reply: string | null): Promise<void> => {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", () => reply !== null && socket.end(reply));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen({ host: strange, port }, resolve));
};

test.before(async () => {
  farEnd = await FarEnd.start({ machines, user: "root", password });
  await serve(4028, '{"STATUS":[{"STATUS":"E","Code":14,"Msg":"Invalid command","Description":"ironminer 2.0"}]}');
  await serve(4433, "SSH-2.0-dropbear\r\n");
  await serve(8080, null);
  await serve(8081, "HTTP/1.1 200 OK\r\nServer: lighttpd\r\nConnection: close\r\n\r\n<title>Camera \u0007</title>");
  await serve(8082, '{"STATUS":[{"STATUS":"S"}],"VERSION":[{"Type":"Antminer S19 (Hiveon 1.0)"}]}');
});
test.after(async () => {
  for (const server of servers) server.close();
  await farEnd.kill();
});

test("every simulated machine is told apart, also on ports of other dialects, and nothing is written to it", async () => {
  const found = await Promise.all(
    machines.map(({ host }) => identify(host, ports, new AbortController().signal, patience)),
  );
  assert.equal(
    found.map((one) => (one.ok ? one.value.dialect : JSON.stringify(one.error))),
    expected.map(([, dialect]) => dialect),
  );
  for (const { name } of machines) {
    await farEnd.told();
    assert.is(farEnd.writes(name), 0);
    assert.is(farEnd.effects[`${name}/refusedCount`], undefined);
    assert.is(farEnd.effects[`${name}/overlapCount`], undefined);
  }
});

test("what it does not know it describes, in printable characters", async () => {
  const found = await identify(strange, [4028, 4433, 8080, 8081, 8082, 9], new AbortController().signal, patience);
  assert.not(found.ok);
  const saw = Object.fromEntries(found.ok ? [] : found.error.map((one) => [one.port, one.saw]));
  assert.match(saw[4028] ?? "", 'calls itself "Invalid command ironminer 2.0", code 14');
  assert.match(saw[4433] ?? "", '"SSH-2.0-dropbear');
  assert.match(saw[8080] ?? "", "a connection, and silence");
  assert.match(saw[8081] ?? "", 'a web server (lighttpd), status 200, titled "Camera ?"');
  assert.match(saw[8082] ?? "", "Hiveon, for which there is no dialect");
  assert.match(saw[9] ?? "", "nothing listens");
});

test.run();
