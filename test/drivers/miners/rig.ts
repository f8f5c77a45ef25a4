/** Simulated machines of one kind with links to them: started before the first test, everything stopped after the last. */
import type { Context, uvu } from "uvu";
import * as assert from "uvu/assert";
import type { MinerTool } from "../../../src/drivers/miners/miner-tool.ts";
import type { LinkTiming, MinerShared } from "../../../src/drivers/miners/shared.ts";
import type { MachineKind, MinersSetup, SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { FarEnd, linkTo, loopback, password, quickShared } from "./far-end.ts";

export interface Rig<Name extends string> {
  /** Another password, or another user than the right one, on request. */
  open(name: Name, secret?: string, user?: string): MinerTool;
  readonly farEnd: FarEnd;
  readonly machines: readonly SimulatedMiner[];
}

export function rig<Name extends string>(
  test: uvu.Test<Context>,
  kind: MachineKind,
  names: readonly Name[],
  more: {
    readonly plate?: Partial<SimulatedMiner>;
    readonly user?: string;
    readonly timing?: Partial<LinkTiming>;
    readonly setup?: Partial<MinersSetup>;
  } = {},
): Rig<Name> {
  const machines = names.map((name, index) => ({
    name,
    kind,
    host: loopback(index + 1),
    webPort: 8080,
    ratedWatts: 3300,
    sleepSeconds: 0.1,
    wakeSeconds: 0.3,
    bootSeconds: 0.1,
    ...more.plate,
  }));
  const user = more.user ?? "root";
  let farEnd: FarEnd | undefined;
  let shared: MinerShared | undefined;
  let links: MinerTool[] = [];
  test.before(async () => {
    farEnd = await FarEnd.start({ machines, user, password, ...more.setup });
    shared = quickShared(more.timing);
  });
  test.after.each(async () => {
    await Promise.all(links.map((link) => link.stop()));
    links = [];
  });
  test.after(async () => {
    await shared?.stop();
    await farEnd?.kill();
  });
  return {
    machines,
    get farEnd() {
      assert.ok(farEnd);
      return farEnd;
    },
    open: (name, secret, as = user) => {
      const machine = machines.find((one) => one.name === name);
      assert.ok(machine && shared);
      const link = linkTo(machine, shared, secret, as);
      links.push(link);
      return link;
    },
  };
}
