/** The machines of a site as the demo plays them: where they hang, and what their far ends are set up with. Pure. */
import type { MinerDialect, MinerSite, Site } from "../../model/site.ts";
import type { MachineKind, MinersSetup, SimulatedMiner } from "../wires/miners/setup.ts";
import type { WiredMachine } from "./wiring.ts";

export type Secrets = Readonly<Record<string, { readonly user?: string | undefined; readonly password: string }>>;

/** A far end's share of the machines. */
export interface MachineGroup {
  readonly name: string;
  /**
   * `watts`: what each machine drew last; one that hashed when its far end died goes on hashing when it is back.
   * In the beginning all of them hash: weir wakes only what it has put to sleep itself.
   */
  setup(watts: ReadonlyMap<string, number>): MinersSetup;
}

/** Choice: a little faster than the demo's site file promises. */
const sleepSeconds = 3;
const wakeSeconds = 9;
/** Below this a machine counts as asleep [W]; choice. */
const asleepBelowWatts = 500;

/** Which far end speaks a dialect. */
const kinds: Readonly<Record<MinerDialect, MachineKind>> = {
  "whatsminer-v2": "whatsminer",
  "whatsminer-v3": "whatsminer-v3",
  "bitmain-stock": "antminer",
  avalon: "avalon",
  luxos: "luxos",
  braiins: "braiins",
  "braiins-graphql": "braiins-graphql",
  vnish: "vnish",
  epic: "epic",
  sealminer: "sealminer",
  ebang: "ebang",
  none: "none",
};

const phases = { 1: 0, 2: 1, 3: 2 } as const;

/** Indices into the site's tanks, and into its branches without the root. */
export function wiredMachines(site: Site): readonly WiredMachine[] {
  const branches = site.branches.filter((branch) => branch.parent !== null).map((branch) => branch.name);
  const tanks = site.tanks.map((tank) => tank.name);
  return site.miners.map((miner) => ({
    name: miner.name,
    tank: tanks.indexOf(miner.tank),
    branch: branches.indexOf(miner.branch),
    phase: phases[miner.phase ?? 1],
  }));
}

/** One far end a model, and one for a single machine, so that a machine can die alone. */
export function machineGroups(site: Site, secrets: Secrets): readonly MachineGroup[] {
  const groups: MachineGroup[] = [];
  for (const model of new Set(site.miners.map((miner) => miner.model))) {
    const miners = site.miners.filter((miner) => miner.model === model);
    const [lone, ...others] = miners;
    if (groups.length === 0 && lone !== undefined && others.length > 0) {
      groups.push(group(lone.name, [lone], site, secrets));
      groups.push(group(model, others, site, secrets));
    } else groups.push(group(model, miners, site, secrets));
  }
  return groups;
}

function group(name: string, members: readonly MinerSite[], site: Site, secrets: Secrets): MachineGroup {
  const credentials = secrets[members[0]?.credentials ?? ""];
  return {
    name,
    setup: (watts) => ({
      machines: members.map((miner) =>
        simulated(miner, site, (watts.get(miner.name) ?? Number.POSITIVE_INFINITY) < asleepBelowWatts),
      ),
      user: credentials?.user ?? "admin",
      password: credentials?.password ?? "",
    }),
  };
}

function simulated(miner: MinerSite, site: Site, startAsleep: boolean): SimulatedMiner {
  const model = site.minerModels[miner.model];
  if (model === undefined) throw new RangeError(`the site does not know the model ${miner.model}`);
  return {
    name: miner.name,
    kind: kinds[model.dialect],
    host: miner.host,
    ...(miner.port === null ? {} : { port: miner.port }),
    ...(miner.webPort === null ? {} : { webPort: miner.webPort }),
    ratedWatts: model.ratedWatts,
    peakWakeWatts: model.peakWakeWatts,
    asleepWatts: model.asleepWatts,
    terahashesPerSecond: model.ratedTerahashesPerSecond,
    sleepSeconds,
    wakeSeconds,
    startAsleep,
  };
}
