/** `weir miner RANGE`: every machine of a range or subnet, what it speaks and its MAC. Sends no password and changes nothing. */
import { usualPorts } from "../drivers/miners/identify.ts";
import { watchNeighbours } from "../drivers/miners/neighbours.ts";
import { discover, type Found } from "../field/discovery/discover.ts";
import { columnsText } from "../views/columns-text.ts";
import { openProgress } from "./progress.ts";

export interface SearchOptions {
  readonly json: boolean;
  /** Asked besides the usual ports. */
  readonly ports: readonly number[];
}

/** Exit code 0 where a machine was found, else 1. */
export async function searchMachines(
  address: string,
  hosts: readonly string[],
  { json, ports }: SearchOptions,
): Promise<void> {
  const begun = performance.now();
  const progress = openProgress(!json && process.stderr.isTTY === true);
  let done = 0;
  let machines = 0;
  const found = await discover(hosts, {
    neighbours: watchNeighbours({ now: () => performance.now() }),
    signal: new AbortController().signal,
    portsOf: () => [...new Set([...usualPorts, ...ports])],
    onFound: ({ machine }) => {
      done += 1;
      if (machine !== undefined) machines += 1;
      progress(done, hosts.length, `${machines} machines; looked at`);
    },
  });
  process.exitCode = machines > 0 ? 0 : 1;
  const seconds = Math.round((performance.now() - begun) / 100) / 10;
  console.log(json ? searchJson(address, found, seconds) : searchText(address, found, seconds));
}

function searchJson(address: string, found: readonly Found[], seconds: number): string {
  const answering = found.filter(({ absent }) => absent !== true);
  const good = answering.some(({ machine }) => machine !== undefined);
  return JSON.stringify({ address, good, addresses: found.length, seconds, found: answering }, null, 2);
}

function searchText(address: string, found: readonly Found[], seconds: number): string {
  const machines = found.flatMap(({ host, mac, machine }) =>
    machine === undefined ? [] : [[host, mac ?? "", machine.dialect, sawOf(machine.sightings, machine.port)]],
  );
  const strangers = found.flatMap(({ host, mac, machine, absent, sightings }) => {
    const seen = sightings.filter(({ silent }) => silent !== true);
    if (machine !== undefined || absent === true) return [];
    return [[host, mac ?? "", seen.map(({ port, saw }) => `port ${port}: ${saw}`).join("; ")]];
  });
  const rest = found.length - machines.length - strangers.length;
  return [
    `${address}: ${machines.length} machines on ${found.length} addresses, in ${seconds} s`,
    ...columnsText(machines),
    ...(strangers.length === 0 ? [] : ["", "No machine that weir knows:", ...columnsText(strangers)]),
    "",
    `${rest} addresses do not answer.`,
  ].join("\n");
}

function sawOf(sightings: Found["sightings"], port: number): string {
  return sightings.find((one) => one.port === port)?.saw ?? "";
}
