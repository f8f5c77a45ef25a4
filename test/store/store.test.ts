import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { LoggedEvent } from "../../src/model/snapshot.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { waitFor } from "../waiting.ts";
import { durableExample, temporaryFolder } from "./examples.ts";

const test = suite("store");

const clock = { now: () => Math.floor(performance.now()), unixMilliseconds: () => Date.now() };
const open: Store[] = [];

function start(folder: string, boot: string): Store {
  const store = openStore(folder, boot, clock);
  open.push(store);
  return store;
}

function log(store: Store, text: string): void {
  store.log({ unixMilliseconds: 1, kind: "mode", severity: "information", subject: "s", text });
}

function processOf(store: Store): number {
  const id = store.processId();
  assert.ok(id !== null);
  return id ?? 0;
}

test.after.each(async () => {
  for (const store of open.splice(0)) await store.close({ clean: false, deadlineMilliseconds: 0 });
});

test("the first start knows of no state; the next one reads what was saved", async () => {
  const folder = join(temporaryFolder(), "made/by/weir");
  const first = start(folder, "a");
  assert.is((await first.opened).state.durable, "none");
  assert.is(first.storedRevision(), 0);
  first.save(durableExample(7));
  log(first, "one");
  assert.ok(await first.close({ clean: true, deadlineMilliseconds: 5_000 }));
  const second = start(folder, "b");
  const opened = await second.opened;
  assert.equal(opened.state, { durable: durableExample(7), salvaged: false, restarts: 0 });
  assert.is(opened.events.at(-1)?.text, "one");
  assert.is(second.storedRevision(), 7);
});

test("a stopped store process delays nobody, is called slow, and stores the newest when it goes on", async () => {
  const store = start(temporaryFolder(), "a");
  await store.opened;
  store.save(durableExample(1));
  await waitFor(() => store.storedRevision() === 1, { within: 5_000, what: "revision 1 on disk" });
  process.kill(processOf(store), "SIGSTOP");
  const before = performance.now();
  for (let revision = 2; revision <= 1_000; revision += 1) {
    store.save(durableExample(revision));
    log(store, `event ${revision}`);
  }
  assert.ok(performance.now() - before < 500, "a thousand saves took no time");
  assert.is(store.health().state, "good");
  await waitFor(() => store.health().state === "slow", { within: 3_000, what: "slow" });
  assert.is(store.storedRevision(), 1);
  process.kill(processOf(store), "SIGCONT");
  await waitFor(() => store.storedRevision() === 1_000, { within: 5_000, what: "newest revision on disk" });
  assert.is(store.health().state, "good");
});

test("a store process that is killed is replaced; no event is lost, doubled or out of number", async () => {
  const folder = temporaryFolder();
  const store = start(folder, "a");
  await store.opened;
  for (let event = 1; event <= 300; event += 1) {
    log(store, `event ${event}`);
    if (event % 100 === 0) process.kill(processOf(store), "SIGKILL");
    if (event % 100 === 0) await waitFor(() => store.processId() !== null, { within: 5_000, what: "a new process" });
  }
  log(store, "last");
  const wanted = Array.from({ length: 301 }, (_, index) => ({
    number: index + 1,
    text: index === 300 ? "last" : `event ${index + 1}`,
  }));
  const told: LoggedEvent[] = [];
  await waitFor(
    () => {
      told.push(...store.takeLogged());
      return told.length >= wanted.length;
    },
    { within: 8_000, what: "all events on disk" },
  );
  const plain = (events: readonly LoggedEvent[]) => events.map(({ number, text }) => ({ number, text }));
  assert.equal(plain(told), wanted, "as the store tells them: each once, in order");
  await store.close({ clean: true, deadlineMilliseconds: 5_000 });
  const next = start(folder, "b");
  assert.equal(
    plain((await next.opened).events),
    wanted.slice(-(await next.opened).events.length),
    "as the disk has them",
  );
  log(next, "after the restart");
  const later: LoggedEvent[] = [];
  await waitFor(
    () => {
      later.push(...next.takeLogged());
      return later.length > 0;
    },
    { within: 5_000, what: "one more event on disk" },
  );
  assert.equal(plain(later), [{ number: 302, text: "after the restart" }], "and the numbers go on");
});

test("a disk that refuses is called failed and stored to as soon as it recovers", async () => {
  const folder = join(temporaryFolder(), "data");
  writeFileSync(folder, "a file where the folder should be");
  const store = start(folder, "a");
  store.save(durableExample(1));
  await waitFor(() => store.health().state === "failed", { within: 5_000, what: "failed" });
  assert.match(store.health().text, /EEXIST|ENOTDIR/);
  rmSync(folder);
  mkdirSync(folder);
  chmodSync(folder, 0o700);
  await waitFor(() => store.storedRevision() === 1, { within: 5_000, what: "stored after all" });
  assert.is(store.health().state, "good");
});

test("a damaged state is unreadable, or salvaged as not stored where the generation before stands", async () => {
  const folder = temporaryFolder();
  const first = start(folder, "a");
  await first.opened;
  first.save(durableExample(1));
  await first.close({ clean: true, deadlineMilliseconds: 5_000 });
  writeFileSync(join(folder, "state"), "nonsense");
  const second = start(folder, "b");
  assert.is((await second.opened).state.durable, "unreadable");
  second.save(durableExample(2));
  await waitFor(() => second.storedRevision() === 2, { within: 5_000, what: "stored" });
  second.save(durableExample(3));
  await second.close({ clean: true, deadlineMilliseconds: 5_000 });
  writeFileSync(join(folder, "state"), "nonsense");
  const third = start(folder, "c");
  const { state } = await third.opened;
  assert.equal(state.durable, durableExample(2));
  assert.ok(state.salvaged);
  assert.is(third.storedRevision(), -1);
});

test("a state that vanished beside its events is unreadable, not a first start", async () => {
  const folder = temporaryFolder();
  const first = start(folder, "a");
  await first.opened;
  first.save(durableExample(1));
  log(first, "one");
  await first.close({ clean: true, deadlineMilliseconds: 5_000 });
  rmSync(join(folder, "state"));
  assert.is((await start(folder, "b").opened).state.durable, "unreadable");
});

test("restarts without a clean stop are counted over processes", async () => {
  const folder = temporaryFolder();
  const counts: number[] = [];
  for (const boot of ["a", "b", "c", "d"]) {
    const store = start(folder, boot);
    counts.push((await store.opened).state.restarts);
    await store.close({ clean: false, deadlineMilliseconds: 0 });
  }
  assert.equal(counts, [0, 1, 2, 3]);
});

test.run();
