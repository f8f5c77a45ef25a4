import { pino } from "pino";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { EventRecord } from "../../src/model/decision.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { openJournal } from "../../src/runtime/journal.ts";
import { openStore } from "../../src/store/store.ts";
import { temporaryFolder } from "../store/examples.ts";
import { waitFor } from "../waiting.ts";

const test = suite("journal");

function event(text: string): EventRecord {
  return { kind: "mode", severity: "information", subject: "container", text };
}

test("an event is shown at once, logged as one line, and gets its number when it is on disk", async () => {
  const lines: string[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(line) });
  const store = openStore(temporaryFolder(), "a", systemClock);
  await store.opened;
  const old = {
    number: 7,
    unixMilliseconds: 1,
    kind: "stop",
    severity: "information",
    subject: "s",
    text: "t",
  } as const;
  const journal = openJournal(store, [old], logger);
  journal.record([event("one"), event("two")], 1_795_390_000_000);
  const shown = (): string[] => journal.newest().map(({ number, text }) => `${number} ${text}`);
  assert.equal(shown(), ["7 t", "0 one", "0 two"]);
  assert.is(lines.length, 2);
  await waitFor(() => shown().every((line) => !line.startsWith("0")), { within: 5_000, what: "numbers" });
  assert.equal(shown(), ["7 t", "1 one", "2 two"]);
  await store.close({ clean: true, deadlineMilliseconds: 5_000 });
});

test("the newest events are bounded, stored or not", async () => {
  const logger = pino({ level: "silent" });
  const store = openStore("/proc/weir-cannot-be-made", "a", systemClock);
  const journal = openJournal(store, [], logger);
  for (let index = 0; index < 300; index += 1) journal.record([event(`event ${index}`)], index);
  assert.is(journal.newest().length, 200);
  assert.is(journal.newest().at(-1)?.text, "event 299");
  await store.close({ clean: false, deadlineMilliseconds: 0 });
});

test.run();
