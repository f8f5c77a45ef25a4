/** Invariant 28, as far as this core has it: an alarm stands exactly while its cause does, with one event when it comes and one when it goes. There is no shelving, so nothing can be shelved. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RaisedAlarms, raiseAlarms } from "../../../src/control/alarms.ts";
import type { Warning } from "../../../src/control/envelopes/finding.ts";
import { explore, told } from "./explore.ts";

const test = suite("every state of alarms");
const names = ["leak tank-1", "coolant-trip tank-1", "breaker-meter-lost feeder"] as const;
const scanMilliseconds = 1000;
/** Older alarms behave alike. */
const oldestScans = 2;

/** How often each cause is found in one scan: not, once, or twice. */
type Input = readonly number[];

interface State {
  readonly now: number;
  readonly raised: RaisedAlarms;
}

function warning(name: string): Warning {
  return { name, severity: "alarm", reason: { code: "leak", text: `${name}.` } };
}

function next({ now, raised }: State, input: Input): State {
  const warnings = names.flatMap((name, index) => Array.from({ length: input[index] ?? 0 }, () => warning(name)));
  const at = now + scanMilliseconds;
  return { now: at, raised: raiseAlarms(raised.since, warnings, at) };
}

function key({ now, raised }: State): string {
  return names.map((name) => Math.min(oldestScans, (now - (raised.since[name] ?? now + 1)) / scanMilliseconds)).join();
}

function check(before: State, input: Input, { now, raised }: State): void {
  for (const [index, name] of names.entries()) {
    const found = (input[index] ?? 0) > 0;
    const stood = before.raised.since[name];
    const standing = raised.alarms.filter((alarm) => alarm.name === name);
    assert.equal(
      standing.map(({ since }) => since),
      found ? [stood ?? now] : [],
      "it stands once, since it came, exactly while its cause does",
    );
    const events = raised.events.filter(({ subject }) => subject === name).map(({ kind }) => kind);
    const expected = found && stood === undefined ? ["alarm"] : !found && stood !== undefined ? ["alarm-cleared"] : [];
    assert.equal(events, expected, "one event when it comes, one when it goes, none meanwhile");
  }
}

test("28: no alarm is lost, doubled or told again while it stands", () => {
  const counts = [0, 1, 2] as const;
  const inputs = counts.flatMap((one) => counts.flatMap((two) => counts.map((three): Input => [one, two, three])));
  const initial: State = { now: 0, raised: { alarms: [], since: {}, events: [] } };
  const { states } = told("alarms", explore({ initial: [initial], inputs, next, key, check }));
  assert.is(states, 4 ** names.length);
});

test.run();
