/** A site as arrays and indices: who is behind whom, which scopes cover a machine, which points are judged and how. Derived, never changed. */
import type { CoolingLoop } from "../model/cooling.ts";
import type { Scope } from "../model/reason.ts";
import type { Branch, MinerModel, MinerSite, Site, Tank } from "../model/site.ts";
import { certain } from "./impossible.ts";
import { type JudgedPoint, judgedPoints } from "./judged-points.ts";

/** Which part of a machine's power a scope carries: all of it, or a third on each phase of a three-phase machine. */
export interface ScopeShare {
  readonly scope: number;
  readonly share: number;
}

export interface MachinePlace {
  readonly miner: MinerSite;
  readonly model: MinerModel;
  readonly branch: number;
  readonly tank: number;
  readonly scopes: readonly ScopeShare[];
  /** Those of its scopes that are phases. */
  readonly phases: readonly ScopeShare[];
  /** Branches with a contactor between this machine and the feeder, nearest first. */
  readonly contactors: readonly number[];
}

export interface BranchPlace {
  readonly branch: Branch;
  readonly scope: number;
  readonly parent: number | null;
  readonly children: readonly number[];
  /** On this very branch. */
  readonly own: readonly number[];
  /** On this branch and everything behind it. */
  readonly behind: readonly number[];
  /** Plates of what is not machines on this very branch [W]. */
  readonly auxiliaryWatts: number;
  /** Scopes of its three phases; empty where no single-phase machine hangs behind it. */
  readonly phases: readonly number[];
  /** Tanks of the machines behind it. */
  readonly tankNames: readonly string[];
  /** Single-phase machines behind it, by phase; null: there are none. */
  readonly onPhases: readonly [number, number, number] | null;
}

export interface TankPlace {
  readonly tank: Tank;
  readonly scope: number;
  readonly machines: readonly number[];
  readonly ratedWatts: number;
  /** Scope of its cooling loop; null: it is in none. */
  readonly loopScope: number | null;
}

export interface LoopPlace {
  readonly loop: CoolingLoop;
  readonly scope: number;
  readonly tanks: readonly number[];
  readonly machines: readonly number[];
  readonly ratedWatts: number;
  /** The lowest derate point and the lowest trip of its tanks [°C]. */
  readonly derateCelsius: number;
  readonly tripCelsius: number;
}

export interface Layout {
  /** Aligned with `site.miners`. */
  readonly machines: readonly MachinePlace[];
  /** Aligned with `site.branches`. */
  readonly branches: readonly BranchPlace[];
  /** Every branch before its parent; the root is last. */
  readonly leafFirst: readonly number[];
  readonly root: number;
  readonly tanks: readonly TankPlace[];
  /** Machines that each branch's contactor is the nearest one of. Aligned with branches. */
  readonly switchedBy: readonly (readonly number[])[];
  readonly loops: readonly LoopPlace[];
  /** Container first. */
  readonly scopes: readonly Scope[];
  readonly points: readonly JudgedPoint[];
}

const layouts = new WeakMap<Site, Layout>();

/** The layout of a site; worked out once for each site object. */
export function layoutOf(site: Site): Layout {
  const known = layouts.get(site);
  if (known !== undefined) return known;
  const layout = lay(site);
  layouts.set(site, layout);
  return layout;
}

function lay(site: Site): Layout {
  const indexOf = new Map(site.branches.map((branch, index) => [branch.name, index]));
  const parents = site.branches.map(({ parent }) =>
    parent === null ? null : certain(indexOf.get(parent), `branch ${parent}`),
  );
  const root = parents.indexOf(null);
  const chains = site.branches.map((_, index) => chainOf(parents, index));
  const scopes: Scope[] = ["container"];
  const branchScopes = site.branches.map((branch, index) =>
    index === root ? 0 : scopes.push(`branch/${branch.name}`) - 1,
  );
  const homes = site.miners.map(({ branch }) => certain(indexOf.get(branch), `branch ${branch}`));
  const behind: number[][] = site.branches.map(() => []);
  for (const [machine, home] of homes.entries())
    for (const branch of certain(chains[home], "chain")) certain(behind[branch], "branch").push(machine);
  const phases = site.branches.map((branch, index) => {
    const single = certain(behind[index], "branch").some((machine) => site.miners[machine]?.phase !== null);
    return branch.phases === 3 && single
      ? [1, 2, 3].map((phase) => scopes.push(`phase/${branch.name}-l${phase}`) - 1)
      : [];
  });
  const loopScopes = loopScopesOf(site, scopes);
  const tankScopes = site.tanks.map((tank) => scopes.push(`tank/${tank.name}`) - 1);
  const tankIndex = new Map(site.tanks.map((tank, index) => [tank.name, index]));
  const machines = site.miners.map((miner, machine): MachinePlace => {
    const home = certain(homes[machine], "home");
    const chain = certain(chains[home], "chain");
    const tank = certain(tankIndex.get(miner.tank), `tank ${miner.tank}`);
    const loopScope = loopScopes.get(miner.tank);
    const phaseScopes = chain.flatMap((branch) => phaseShares(certain(phases[branch], "phases"), miner.phase));
    return {
      miner,
      model: certain(site.minerModels[miner.model], `model ${miner.model}`),
      branch: home,
      tank,
      phases: phaseScopes,
      scopes: [
        { scope: certain(tankScopes[tank], "tank"), share: 1 },
        ...(loopScope === undefined ? [] : [{ scope: loopScope, share: 1 }]),
        ...phaseScopes,
        ...chain.map((branch) => ({ scope: certain(branchScopes[branch], "scope"), share: 1 })),
      ],
      contactors: chain.filter((branch) => site.branches[branch]?.contactor !== null),
    };
  });
  const plates = site.branches.reduce((sum, branch) => sum + branch.auxiliaryWatts, 0);
  const branches = site.branches.map(
    (branch, index): BranchPlace => ({
      branch,
      scope: certain(branchScopes[index], "scope"),
      parent: parents[index] ?? null,
      children: parents.flatMap((parent, child) => (parent === index ? [child] : [])),
      own: homes.flatMap((home, machine) => (home === index ? [machine] : [])),
      behind: certain(behind[index], "branch"),
      auxiliaryWatts:
        branch.auxiliaryWatts +
        (branch.protectedLoad?.ratedWatts ?? 0) +
        (index === root ? Math.max(0, site.auxiliaryWatts - plates) : 0),
      phases: certain(phases[index], "phases"),
      ...membersOf(certain(behind[index], "branch").map((machine) => certain(site.miners[machine], "machine"))),
    }),
  );
  const tanks = site.tanks.map((tank, index) => ({
    ...layTank(tank, index, certain(tankScopes[index], "scope"), machines),
    loopScope: loopScopes.get(tank.name) ?? null,
  }));
  const depth = (index: number): number => certain(chains[index], "chain").length;
  return {
    machines,
    branches,
    leafFirst: branches.map((_, index) => index).sort((a, b) => depth(b) - depth(a)),
    root,
    switchedBy: branches.map((_, branch) =>
      machines.flatMap(({ contactors }, machine) => (contactors[0] === branch ? [machine] : [])),
    ),
    tanks,
    loops: layLoops(site, loopScopes, tanks),
    scopes,
    points: judgedPoints(site),
  };
}

function membersOf(miners: readonly MinerSite[]): Pick<BranchPlace, "tankNames" | "onPhases"> {
  const onPhases: [number, number, number] = [0, 0, 0];
  for (const { phase } of miners) if (phase !== null) onPhases[phase - 1] = certain(onPhases[phase - 1], "phase") + 1;
  return {
    tankNames: [...new Set(miners.map(({ tank }) => tank))],
    onPhases: onPhases.some((count) => count > 0) ? onPhases : null,
  };
}

/** A branch and everything above it. */
function chainOf(parents: readonly (number | null)[], index: number): readonly number[] {
  const chain = [index];
  for (let at = parents[index] ?? null; at !== null; at = parents[at] ?? null) chain.push(at);
  return chain;
}

function phaseShares(phases: readonly number[], phase: 1 | 2 | 3 | null): readonly ScopeShare[] {
  if (phase === null) return phases.map((scope) => ({ scope, share: 1 / 3 }));
  return phases.slice(phase - 1, phase).map((scope) => ({ scope, share: 1 }));
}

/** The scope of each tank's loop, by the name of the tank; the scopes are added. */
function loopScopesOf(site: Site, scopes: Scope[]): ReadonlyMap<string, number> {
  return new Map(
    (site.coolingLoops ?? []).flatMap(({ name, tanks }) => {
      const scope = scopes.push(`coolingLoop/${name}`) - 1;
      return tanks.map((tank) => [tank, scope] as const);
    }),
  );
}

function layLoops(site: Site, scopes: ReadonlyMap<string, number>, places: readonly TankPlace[]): readonly LoopPlace[] {
  return (site.coolingLoops ?? []).map((loop) => {
    const tanks = loop.tanks.map((name) => places.findIndex(({ tank }) => tank.name === name));
    const members = tanks.map((tank) => certain(places[tank], "tank of a loop"));
    return {
      loop,
      scope: certain(scopes.get(certain(loop.tanks[0], "tank of a loop")), "scope of a loop"),
      tanks,
      machines: members.flatMap(({ machines }) => machines),
      ratedWatts: members.reduce((sum, { ratedWatts }) => sum + ratedWatts, 0),
      derateCelsius: Math.min(...members.map(({ tank }) => tank.coolant.derateCelsius)),
      tripCelsius: Math.min(...members.map(({ tank }) => tank.coolant.tripCelsius)),
    };
  });
}

function layTank(
  tank: Tank,
  index: number,
  scope: number,
  places: readonly MachinePlace[],
): Omit<TankPlace, "loopScope"> {
  const machines = places.flatMap((place, machine) => (place.tank === index ? [machine] : []));
  return {
    tank,
    scope,
    machines,
    ratedWatts: machines.reduce((sum, machine) => sum + certain(places[machine], "machine").model.ratedWatts, 0),
  };
}
