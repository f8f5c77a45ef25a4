import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseRequest } from "../../src/shell/request.ts";

const test = suite("shell requests");

function verb(line: string): unknown {
  const parsed = parseRequest(line);
  return parsed?.ok === true ? parsed.value.verb : null;
}

test("every command is understood with its words", () => {
  assert.equal(verb("status"), { kind: "status" });
  assert.equal(verb("  why  tank/tank-1 "), { kind: "why", scope: "tank/tank-1" });
  assert.equal(verb("why"), { kind: "why", scope: "container" });
  assert.equal(verb("points flow"), { kind: "points", filter: "flow" });
  assert.equal(verb("miners"), { kind: "miners", filter: "" });
  assert.equal(verb("events 7"), { kind: "events", most: 7 });
  assert.equal(verb("lockout"), { kind: "act", action: { kind: "lockout" }, warning: null });
  assert.equal(verb("exit"), { kind: "quit" });
  assert.equal(verb("session program alice"), { kind: "session", interactive: false, user: "alice" });
});

test("reset, release and accept are dangerous, lockout is not", () => {
  for (const line of ["reset tank-1/flow", "release", "accept row-a-007"]) {
    const parsed = verb(line) as { warning: string | null };
    assert.type(parsed.warning, "string");
  }
  assert.is(parseRequest("release --yes")?.ok, true);
});

test("options may stand anywhere and decide the form", () => {
  const parsed = parseRequest("--json miners --yes asleep");
  assert.ok(parsed?.ok);
  if (parsed?.ok !== true) return;
  assert.equal(parsed.value.verb, { kind: "miners", filter: "asleep" });
  assert.is(parsed.value.form, "json");
  assert.is(parsed.value.sure, true);
});

test("what is not understood says so, in the form that was asked for", () => {
  assert.is(parseRequest("   "), null);
  for (const line of [
    "foo",
    "reset",
    "reset a b",
    "accept",
    "accept a b",
    "status x",
    "events 0",
    "events x",
    "events 201",
    "status --all",
    "--json",
  ]) {
    const parsed = parseRequest(line);
    assert.is(parsed?.ok, false, line);
  }
  const parsed = parseRequest("foo --json");
  assert.is(parsed?.ok === false && parsed.error.form, "json");
  assert.is(parseRequest("session interactive Robert'); DROP")?.ok, false);
});

test.run();
