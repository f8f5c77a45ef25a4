/** The core's limit on a real wire: it goes out to a machine that follows it, is read back, falls on the plug, and is taken over after a restart without another write. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ControlState, startControl } from "../../src/control/state.ts";
import { step } from "../../src/control/step.ts";
import type { MinerTool } from "../../src/drivers/miners/miner-tool.ts";
import { createMinerShared, type MinerShared } from "../../src/drivers/miners/shared.ts";
import type { Command } from "../../src/model/command.ts";
import type { Decision } from "../../src/model/decision.ts";
import type { SimulatedMiner } from "../../src/sim/wires/miners/setup.ts";
import { setpoint } from "../control/commands-for-tests.ts";
import { healthyReadings, imageForTests, siteForTests } from "../control/site-for-tests.ts";
import { clock, FarEnd, linkTo, loopback, password, quick } from "../drivers/miners/far-end.ts";
import { waitFor } from "../waiting.ts";

const test = suite("trimming over a real link");

const site = siteForTests({
  tanks: 1,
  machinesPerTank: 2,
  model: { dialect: "braiins", trim: { minimumWatts: 2000, restarts: false, settleMilliseconds: 1000 } },
});
const names = site.miners.map(({ name }) => name);
const machines: readonly SimulatedMiner[] = names.map((name, index) => ({
  name,
  kind: "braiins",
  host: loopback(index + 1),
  webPort: 8080,
  ratedWatts: 3400,
  wakeSeconds: 0.3,
  limitRestarts: false,
}));

let farEnd: FarEnd;
let folder: string;

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), "weir-trimming-"));
  farEnd = await FarEnd.start({ machines, user: "root", password });
});
test.after(async () => {
  await farEnd.kill();
  rmSync(folder, { recursive: true });
});

/** A controller with real links; its meters show what the plugs carry. */
class Controller {
  private readonly shared: MinerShared;
  private readonly links: readonly MinerTool[];
  private state: ControlState = startControl(site, "none", clock.now());

  constructor() {
    this.shared = createMinerShared(quick, { memoryFile: join(folder, "machines.json") });
    this.links = machines.map((machine) => linkTo(machine, this.shared));
  }

  scan(commands: readonly Command[] = []): Decision {
    const now = clock.now();
    const branch = names.reduce((sum, name) => sum + farEnd.watts(name), 0);
    const image = imageForTests(site, now, {
      miners: Object.fromEntries(this.links.map((link) => [link.name, link.report()])),
      readings: healthyReadings(site, now, { "branch-1": branch, feeder: branch + site.auxiliaryWatts }),
      heartbeat: { at: now, epoch: 1, number: Math.floor(now) },
      commands,
    });
    const { state, decision } = step(this.state, image, site);
    this.state = state;
    for (const link of this.links) link.target(decision.minerTargets[link.name] ?? { mode: "leave" });
    return decision;
  }

  async until(what: string, holds: (decision: Decision) => boolean): Promise<Decision> {
    return await waitFor(
      () => {
        const decision = this.scan();
        return holds(decision) ? decision : null;
      },
      { within: 20_000, what: () => `${what} in ${JSON.stringify(this.links.map((link) => link.report()))}` },
    );
  }

  /** Machines whose link has read a limit of ours back. */
  limited(): readonly string[] {
    return this.links
      .map((link) => link.report())
      .filter(({ limitIsOurs, command }) => limitIsOurs === true && command?.readBackAt !== undefined)
      .map(({ name }) => name);
  }

  async stop(): Promise<void> {
    await Promise.all(this.links.map((link) => link.stop()));
    await this.shared.stop();
  }
}

function hashingOf({ miners }: Decision): number {
  return miners.filter(({ phase }) => phase === "hashing" || phase === "trimmed").length;
}

test("a target less than a machine below puts none to sleep: one gets a limit, which reads back and shows on the plug", async () => {
  const ordered = 2 * 3400 + site.auxiliaryWatts - 500;
  const first = new Controller();
  // Seen more than once: power that is still coming is not trimmed.
  await first.until("both machines for a while", (decision) =>
    decision.miners.every(({ phase, since }) => phase === "hashing" && decision.at - since > 1000),
  );
  first.scan([setpoint(ordered, clock.now(), { kind: "target" })]);
  await first.until("a limit read back", () => first.limited().length === 1);
  const [name = ""] = first.limited();
  await first.until("its power", () => farEnd.watts(name) < 2950);
  const decision = first.scan();
  assert.is(hashingOf(decision), 2);
  assert.equal(decision.minerTargets[name]?.mode, "limit");
  assert.is(farEnd.writes(name), 1);
  await first.stop();

  const second = new Controller();
  const adopted = await second.until("the limit taken over", (seen) => seen.minerTargets[name]?.mode === "limit");
  assert.equal(adopted.minerTargets[name], decision.minerTargets[name]);
  await second.until("its read-back", () => second.limited().includes(name));
  assert.is(farEnd.writes(name), 1, "the same limit is not written again");
  await second.stop();
});

test.run();
