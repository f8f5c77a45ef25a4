/** What keeps a link from harming the process: bounded connections and replies, no resolver, a thread that may die. */
import { createServer, type Server } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createSocketPool } from "../../../src/drivers/miners/socket-pool.ts";
import { exchangeTcp } from "../../../src/drivers/miners/tcp-exchange.ts";
import { createTokenDeriver } from "../../../src/drivers/miners/token-deriver.ts";
import { maximumReplyBytes } from "../../../src/protocol/cgminer/reply.ts";
import { waitFor } from "../../waiting.ts";
import { linkTo, loopback, quickShared, waitForReport } from "./far-end.ts";

const test = suite("miner link bounds");

const servers: Server[] = [];
const serve = async (port: number, host: string, flood: boolean): Promise<void> => {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    const chunk = Buffer.alloc(65_536, 0x20);
    const pump = (): void => {
      while (flood && !socket.destroyed && socket.write(chunk));
    };
    socket.on("drain", pump);
    pump();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen({ port, host }, resolve));
};
test.after(() => {
  for (const server of servers) server.close();
});

const deadlines = { connectMilliseconds: 500, replyMilliseconds: 2_000 };

test("at most as many tasks of a lane run at once as it is wide, in the order of asking, and writes do not wait for reads", async () => {
  const pool = createSocketPool({ read: 2, write: 1 });
  const order: number[] = [];
  const releases: (() => void)[] = [];
  const tasks = [0, 1, 2, 3].map((number) =>
    pool.run("read", `m${number}`, async () => {
      order.push(number);
      await new Promise<void>((resolve) => releases.push(resolve));
    }),
  );
  assert.is(await pool.run("write", "m1", async () => "written"), "written");
  assert.equal(order, [0, 1]);
  releases.shift()?.();
  await tasks[0];
  assert.equal(order, [0, 1, 2]);
  for (let left = 0; left < 3; left += 1) {
    releases.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(tasks);
  assert.equal(order, [0, 1, 2, 3]);
});

test("a task that throws gives its place back", async () => {
  const pool = createSocketPool({ read: 1, write: 1 });
  await pool.run("read", "m1", async () => Promise.reject(new Error("broken"))).catch(() => undefined);
  assert.is(await pool.run("read", "m1", async () => 1), 1);
});

test("who is silent gives its place to the next, and the next time takes none; once it answers in time, it queues again", async () => {
  const pool = createSocketPool({ read: 1, write: 1 }, { placeMilliseconds: 20, mostBeside: 2 });
  const ends: (() => void)[] = [];
  const hold = () => new Promise<void>((resolve) => ends.push(resolve));
  const done: string[] = [];
  const answer = async (name: string) => void done.push(name);
  const silent = [pool.run("read", "silent", hold), pool.run("read", "well", () => answer("behind the silent"))];
  await waitFor(() => done.length === 1, { within: 2_000, what: "the one behind the silent" });
  // The place is taken by one that is well, another one waits for it, and the silent one does not wait with it.
  const holder = pool.run("read", "holder", hold);
  const behind = pool.run("read", "well", () => answer("behind the holder"));
  silent.push(pool.run("read", "silent", () => answer("silent beside")));
  await waitFor(() => done.length === 3, {
    within: 2_000,
    what: "the silent one beside, and the one behind the holder",
  });
  ends.shift()?.();
  await Promise.all([...silent, behind]);
  // It has answered in time: it stands in line as everybody does.
  const next = pool.run("read", "next", hold);
  const order = [pool.run("read", "well", () => answer("first")), pool.run("read", "silent", () => answer("second"))];
  await Promise.all(order);
  for (const end of ends) end();
  await Promise.all([holder, next]);
  assert.equal(done, ["behind the silent", "silent beside", "behind the holder", "first", "second"]);
});

test("no more than so many are beside the lane: the rest keeps its places", async () => {
  const pool = createSocketPool({ read: 2, write: 1 }, { placeMilliseconds: 2, mostBeside: 1 });
  let running = 0;
  let most = 0;
  const takeLong = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    const until = performance.now() + 30;
    await waitFor(() => performance.now() >= until, { within: 2_000, what: "a long task" });
    running -= 1;
  };
  await Promise.all(Array.from({ length: 8 }, (_, index) => pool.run("read", `m${index % 4}`, takeLong)));
  assert.is(most, 3);
});

test("a machine that never stops talking is cut off at the bound", async () => {
  await serve(4028, loopback(1), true);
  const result = await exchangeTcp(loopback(1), 4028, Buffer.from("{}"), deadlines, new AbortController().signal);
  assert.is(!result.ok && result.error, "too-long");
  assert.ok(maximumReplyBytes <= 1_048_576);
});

test("stopping ends an exchange at once", async () => {
  await serve(4028, loopback(2), false);
  const stopping = new AbortController();
  const exchange = exchangeTcp(
    loopback(2),
    4028,
    Buffer.from("{}"),
    { ...deadlines, replyMilliseconds: 60_000 },
    stopping.signal,
  );
  setTimeout(() => stopping.abort(), 20);
  const result = await exchange;
  assert.is(!result.ok && result.error, "stopped");
});

test("a host that is a name is never looked up", async () => {
  const shared = quickShared();
  const link = linkTo({ name: "named", kind: "whatsminer", host: "localhost", ratedWatts: 3000 }, shared);
  link.target({ mode: "sleep" });
  const report = await waitForReport(
    link,
    "refusal",
    (one) => one.fault === "unreachable" && one.command?.failedAt !== undefined,
  );
  assert.is(report.at, undefined);
  await link.stop();
  await shared.stop();
});

test("tokens come from the thread as the vector says, none after its end", async () => {
  const deriver = createTokenDeriver();
  const salts = { time: "5626", salt: "BQ5hoXV9", newsalt: "jbzkfQls" };
  const token = await deriver.derive("admin", salts, undefined);
  assert.is(token?.sign, "w.BNbkCV6n1aNWgiBWLzT/");
  assert.is((await deriver.derive("irrelevant", salts, token?.key))?.sign, "w.BNbkCV6n1aNWgiBWLzT/");
  await deriver.stop();
  assert.is(await deriver.derive("admin", salts, undefined), null);
});

test.run();
