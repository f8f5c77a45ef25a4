/** A machine whose sessions others hold: asked no more for a minute, whatever is wanted of it, and commanded as soon as there is room again. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openSession } from "../../../src/drivers/miners/open-session.ts";
import type { MinerShared } from "../../../src/drivers/miners/shared.ts";
import type { Clock } from "../../../src/model/driver.ts";
import type { MinerDialect } from "../../../src/model/site.ts";
import type { MachineKind, SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { waitFor } from "../../waiting.ts";
import { FarEnd, loopback, openDoor, password, quickShared } from "./far-end.ts";

const test = suite("no room for another session");

/** API v3 keeps none; LuxOS is asked anew by each attempt, in traps.test.ts. Braiins publishes no limit; 429 means the same everywhere. */
const dialects: readonly (readonly [MachineKind, MinerDialect])[] = [
  ["whatsminer", "whatsminer-v2"],
  ["vnish", "vnish"],
  ["braiins", "braiins"],
];
const machines: SimulatedMiner[] = dialects.map(([kind], index) => ({
  name: kind,
  kind,
  host: loopback(index + 1),
  webPort: 8080,
  ratedWatts: 3300,
}));

let aheadMilliseconds = 0;
const clock: Clock = { now: () => performance.now() + aheadMilliseconds, unixMilliseconds: () => Date.now() };
let farEnd: FarEnd;
let shared: MinerShared;

test.before(async () => {
  farEnd = await FarEnd.start({ machines, user: "root", password });
  shared = quickShared();
});
test.after(async () => {
  await shared.stop();
  await farEnd.kill();
});

for (const [kind, dialect] of dialects)
  test(`${dialect}: told, not insisted on within a minute, done behind it; a token in hand goes on serving`, async () => {
    const { signal } = new AbortController();
    const host = machines.find(({ name }) => name === kind)?.host ?? "";
    const site = { name: kind, model: "m", host, port: null, webPort: 8080, tank: "", branch: "", phase: null };
    const credentials = { user: "root", password };
    const open = () => openSession({ ...site, credentials: "" }, dialect, credentials, clock, shared, openDoor);
    const session = open();
    const asked = async (setting: "run" | "sleep"): Promise<string> => {
      const result = await session.write(setting, 1, signal);
      return result.ok ? "done" : result.error;
    };
    farEnd.fault(kind, "token-limit", true);
    assert.is(await asked("sleep"), "token-limit");
    farEnd.fault(kind, "token-limit", false);
    // It has room by now, and is not asked.
    assert.is(await asked("sleep"), "token-limit");
    await farEnd.told();
    assert.is(farEnd.writes(kind), 0);
    aheadMilliseconds += 61_000;
    assert.is(await asked("sleep"), "done");
    await waitFor(() => farEnd.writes(kind) === 1, { within: 2_000, what: "one write" });
    farEnd.fault(kind, "token-limit", true);
    assert.is(await asked("run"), "done");
  });

test.run();
