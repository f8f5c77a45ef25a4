/** Rules of machines: each hangs in a tank, on a branch, at an address of its own. */
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

/** Two rows on one address command the same machine twice. */
export const machineAddresses: SiteRule = ({ file, miners }) => {
  const owners = new Map<string, number>();
  return miners.flatMap((row) => {
    const shared = row.miners.filter(({ host, port }) => owners.has(`${host}:${port}`));
    const first = shared[0];
    const owner = first === undefined ? undefined : owners.get(`${first.host}:${first.port}`);
    for (const { host, port } of row.miners) owners.set(`${host}:${port}`, row.index);
    if (first === undefined || owner === undefined) return [];
    return [
      {
        pointer: pointerOf("miners", row.index, "addresses"),
        found: `${shared.length} addresses from ${first.host} on that ${file.miners[owner]?.name} has already`,
        expected: "each address in one row",
        remedy: `correct one of the ranges: ${file.miners[owner]?.addresses} and ${file.miners[row.index]?.addresses}`,
      },
    ];
  });
};
