/** The firm-power ledger: how many watts can surely be shed within a few seconds to minutes, each machine counted with the response it has proven. */
import type { FirmPower } from "../model/decision.ts";
import { takesCommands } from "../model/dialects.ts";
import type { MinerReport } from "../model/miner.ts";
import type { Milliseconds } from "../model/reading.ts";
import type { MinerModel, Site } from "../model/site.ts";
import type { Assessed } from "./assess.ts";
import { stepRoomOf } from "./envelopes/generator.ts";
import { certain } from "./impossible.ts";
import type { Layout } from "./layout.ts";

/** Times of the ledger [s]. Source: the markets' products: fast frequency response, a primary reserve, a quick start, a slow one. */
const ledgerSeconds = [2, 10, 60, 600] as const;

/** From an order to the last machine's command [ms]. Source: choice: one scan. */
const commandMilliseconds: Milliseconds = 1000;

/** How long a machine needs from the command until it has shed: its model's proven time, or its own where that is longer. */
export function responseMilliseconds(model: MinerModel, report: MinerReport | undefined): Milliseconds {
  return Math.max(model.sleepMilliseconds, report?.provenResponse?.milliseconds ?? 0);
}

/** The same for each machine of a layout; its reports stand as its machines. */
export function responsesOf(layout: Layout, reports: Assessed["fleet"]["reports"]): (machine: number) => Milliseconds {
  return (machine) => responseMilliseconds(certain(layout.machines[machine], "machine").model, reports[machine]);
}

/** What could be shed from this moment on by an order, nothing counted that is not proven. */
export function firmPower(site: Site, assessed: Assessed): readonly FirmPower[] {
  const shares = sheddableOf(assessed);
  const believed = meterRatio(assessed);
  const stepWatts = Math.max(0, stepRoomOf(site.generator, assessed.generator).downWatts);
  return ledgerSeconds.map((withinSeconds) => {
    const left = withinSeconds * 1000 - commandMilliseconds;
    let shedWatts = 0;
    let firmWatts = 0;
    for (const [response, watts] of shares) {
      if (response > left) break;
      shedWatts += watts;
      // The order comes down its ramp first; the last machine it reaches needs its whole time after that.
      const rampedWatts = (site.policy.rampDownWattsPerSecond * (left - response)) / 1000;
      firmWatts = Math.max(firmWatts, Math.min(shedWatts * believed, rampedWatts));
    }
    return { withinSeconds, watts: Math.floor(Math.min(firmWatts, stepWatts)) };
  });
}

/** What the sleep of machines that run and obey surely takes off [W], by how long they need for it, the fastest first: many share one time. */
function sheddableOf({ layout, fleet }: Assessed): readonly (readonly [response: Milliseconds, watts: number])[] {
  const shares = new Map<Milliseconds, number>();
  for (let index = 0; index < layout.machines.length; index += 1) {
    const { model } = certain(layout.machines[index], "machine");
    const { phase } = certain(fleet.machines[index], "machine");
    const runs = phase === "hashing" || phase === "trimmed" || phase === "waking";
    if (!runs || !takesCommands(model.dialect)) continue;
    const watts = certain(fleet.accounts[index], "account").lowWatts - model.asleepWatts;
    if (watts <= 0) continue;
    const response = responseMilliseconds(model, fleet.reports[index]);
    shares.set(response, (shares.get(response) ?? 0) + watts);
  }
  return [...shares].sort(([one], [other]) => one - other);
}

/** Machines that tell more than the meter shows are believed only as far as the meter goes. */
function meterRatio({ layout, balances, fleet }: Assessed): number {
  const { meteredWatts } = certain(balances[layout.root], "root");
  const toldWatts = fleet.accounts.reduce((sum, { lowWatts }) => sum + lowWatts, 0);
  return meteredWatts === null || toldWatts <= meteredWatts ? 1 : Math.max(0, meteredWatts) / toldWatts;
}
