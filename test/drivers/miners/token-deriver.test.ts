/** Tokens are worked out beside the control path: right, in a thread that gives way to everyone else. */
import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createTokenDeriver } from "../../../src/drivers/miners/token-deriver.ts";
import { waitFor } from "../../waiting.ts";

const test = suite("token deriver");

/** Priorities of this process' threads. Source: proc(5), field 19. */
function niceness(): readonly number[] {
  return readdirSync("/proc/self/task").map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
  });
}

test("the thread of the tokens gives way, the others do not", async () => {
  const before = niceness();
  const tokens = createTokenDeriver();
  let sign: string | undefined;
  // Vector of the miners' fact sheet, section 2.3.
  const salts = { salt: "BQ5hoXV9", newsalt: "jbzkfQls", time: "5626" };
  void tokens.derive("admin", salts, undefined).then((reply) => {
    sign = reply?.sign;
  });
  await waitFor(() => sign !== undefined, { within: 10_000, what: "a token" });
  assert.is(sign, "w.BNbkCV6n1aNWgiBWLzT/");
  const own = before[0] ?? 0;
  assert.is(niceness().filter((nice) => nice > own).length, 1);
  assert.is(readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ")[16], String(own), "the main thread");
  await tokens.stop();
});

test.run();
