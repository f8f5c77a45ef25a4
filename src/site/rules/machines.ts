/** Rules of machines: each hangs in a tank, on a branch, at an address of its own. */
import { takesCommands } from "../../model/dialects.ts";
import type { SiteFile } from "../../model/generated/site.ts";
import type { MinerSite } from "../../model/site.ts";
import { checkReference, checkUnique, type SiteRule } from "../context.ts";
import { pointerOf } from "../document.ts";

/** What weir does not know to hang somewhere it can neither cool nor count. */
export const machinePlaces: SiteRule = ({ file }) =>
  file.miners.flatMap((row, index) =>
    (
      [
        ["tank", row.tank, file.tanks],
        ["branch", row.branch, file.branches],
      ] as const
    ).flatMap(([what, name, list]) => {
      const names = list.map((one) => one.name);
      if (name !== undefined)
        return checkReference(name, names, pointerOf("miners", index, what), `the name of a ${what}`);
      const expected = `the ${what} of the machines`;
      return [{ pointer: pointerOf("miners", index), found: `no \`${what}\``, expected, remedy: `add \`${what}:\`` }];
    }),
  );

/** Names are unique after ranges are counted out. */
export const machineNames: SiteRule = ({ miners }) =>
  checkUnique(
    miners.flatMap((row) => row.miners.map(({ name }) => ({ name, pointer: pointerOf("miners", row.index, "name") }))),
    "machine name",
  ).slice(0, 8);

/** Only a contactor can shed a machine that takes no commands: without one nothing could, not even a trip. */
export const switchableMachines: SiteRule = ({ file, miners }) =>
  miners.flatMap(({ index, dialect }) => {
    const row = file.miners[index];
    if (row?.branch === undefined || dialect === null || takesCommands(dialect)) return [];
    if (chainOf(file.branches, row.branch).some(({ contactor }) => contactor !== undefined)) return [];
    return [
      {
        pointer: pointerOf("miners", index, "branch"),
        found: `${row.model} on ${row.branch}: it takes no commands, and no contactor stands above it`,
        expected: "a branch with a contactor: it is the only switch of such machines",
        remedy: `add \`contactor:\` to ${row.branch}, or put the machines on a branch that has one`,
      },
    ];
  });

/**
 * What a machine does when power returns decides what its contactor reserves as it closes, and whether weir wakes what lies behind it.
 * Believed to sleep though it hashes, it overloads; believed to hash though it sleeps, its branch waits for room that it does not need.
 * No maker publishes it: the site must tell wherever a contactor stands above.
 */
export const powerCycles: SiteRule = ({ file, miners }) =>
  miners.flatMap(({ index, dialect, hashesAfterPowerCycle }) => {
    const row = file.miners[index];
    if (row?.branch === undefined || dialect === null || hashesAfterPowerCycle === true) return [];
    const above = chainOf(file.branches, row.branch).find(({ contactor }) => contactor !== undefined);
    if (above === undefined) return [];
    if (hashesAfterPowerCycle === null)
      return [
        {
          pointer: pointerOf("miners", index, "model"),
          found: `${row.model} behind the contactor of ${above.name}; nobody has published whether it hashes when power returns`,
          expected: "hashesAfterPowerCycle: true or false",
          remedy: `measure: switch one off while it hashes and on again; hashes it within minutes, without a command, add \`overrides: {hashesAfterPowerCycle: true}\`, else false`,
        },
      ];
    if (takesCommands(dialect)) return [];
    return [
      {
        pointer: pointerOf("miners", index, "model"),
        found: `${row.model} behind the contactor of ${above.name}: it takes no commands, and does not hash when power returns`,
        expected: "hashesAfterPowerCycle: true: its contactor is its only switch",
        remedy: "set it in its own menu to start with power, or take it off this branch: nothing would start it again",
      },
    ];
  });

/** A branch and those above it; a circle, which another rule refuses, ends. */
function chainOf(branches: SiteFile["branches"], name: string): SiteFile["branches"] {
  const chain: SiteFile["branches"][number][] = [];
  for (let next: string | undefined = name; next !== undefined; ) {
    const found = branches.find((branch) => branch.name === next);
    if (found === undefined || chain.includes(found)) break;
    chain.push(found);
    next = found.parent;
  }
  return chain;
}

/** Two rows on one address command the same machine twice; only ports that both rows name tell machines apart. */
export const machineAddresses: SiteRule = ({ file, miners }) => {
  const owners = new Map<string, { row: number; port: number | null }[]>();
  const ownerOf = ({ host, port }: MinerSite): number | undefined =>
    owners.get(host)?.find((owner) => owner.port === null || port === null || owner.port === port)?.row;
  return miners.flatMap((row) => {
    const shared = row.miners.filter((miner) => ownerOf(miner) !== undefined);
    const owner = shared[0] === undefined ? undefined : ownerOf(shared[0]);
    for (const { host, port } of row.miners) owners.set(host, [...(owners.get(host) ?? []), { row: row.index, port }]);
    if (shared[0] === undefined || owner === undefined) return [];
    return [
      {
        pointer: pointerOf("miners", row.index, "addresses"),
        found: `${shared.length} addresses from ${shared[0].host} on that ${file.miners[owner]?.name} has already`,
        expected: "each address in one row",
        remedy: `correct one of the ranges: ${file.miners[owner]?.addresses} and ${file.miners[row.index]?.addresses}`,
      },
    ];
  });
};
