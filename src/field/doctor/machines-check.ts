/** The machines of a site: searched without a password first, then each read through its own driver; what is replaced, moved, missing or strange. */
import { type Identified, usualPorts } from "../../drivers/miners/identify.ts";
import { createMinerLink } from "../../drivers/miners/link.ts";
import { createMinerShared, type MinerShared, type SharedSetup } from "../../drivers/miners/shared.ts";
import type { Clock } from "../../model/driver.ts";
import type { MinerReport } from "../../model/miner.ts";
import type { MinerSite, Site } from "../../model/site.ts";
import { addressesOf } from "../../site/addresses.ts";
import type { Secrets } from "../../site/secrets.ts";
import { compareWithSite, type Difference, type Expected } from "../discovery/compare.ts";
import { discover, type Found } from "../discovery/discover.ts";
import { type Check, failed, pass, warn } from "./check.ts";

/** Longest wait for the machines' first reports [ms]. Choice: busy machines take some seconds. */
const readMilliseconds = 15_000;

export interface MachinesSetup {
  readonly clock: Clock;
  /** What the controller remembers of the machines, and the kernel's neighbours; absent: nothing, the usual. */
  readonly shared?: Pick<SharedSetup, "memoryFile" | "neighboursFile">;
  /** As each address has been looked at. */
  readonly onLooked?: (done: number, all: number) => void;
}

/** Looks at every address of the site's rows and of `searchAddresses`. Machines without an API are left out. */
export async function checkMachines(site: Site, secrets: Secrets, setup: MachinesSetup): Promise<readonly Check[]> {
  const { clock, onLooked } = setup;
  const shared = createMinerShared({}, { ...setup.shared, memoryStays: true });
  const machines = site.miners.filter(({ model }) => site.minerModels[model]?.dialect !== "none");
  const searched = (site.searchAddresses ?? []).flatMap((text) => addressesOf(text) ?? []);
  const hosts = [...new Set([...machines.map(({ host }) => host), ...searched])];
  const begun = clock.now();
  let done = 0;
  const found = await discover(hosts, {
    neighbours: shared.neighbours,
    signal: new AbortController().signal,
    portsOf: portsOf(machines),
    onFound: () => {
      done += 1;
      onLooked?.(done, hosts.length);
    },
  });
  const seconds = ((clock.now() - begun) / 1000).toFixed(1);
  const answering = new Set(found.flatMap(({ host, absent }) => (absent === true ? [] : [host])));
  const asked = machines.filter(({ host }) => answering.has(host));
  const reports = await readAll(asked, site, secrets, clock, shared);
  const expected = machines.map((machine) => expectedOf(machine, site, shared));
  // Behind a router only the machine itself tells its MAC.
  const told = found.map((one) => withToldMac(one, reports, machines));
  const differences = compareWithSite(told, expected);
  await shared.stop();
  const count = found.filter(({ machine }) => machine !== undefined).length;
  return [
    pass("machines", "search", `${count} machines on ${hosts.length} addresses, looked at in ${seconds} s`),
    ...machines.flatMap(({ name, host }) => checksOf(name, host, differences, reports.get(host), told)),
    ...differences.flatMap((difference) => (difference.kind === "unexpected" ? [unexpected(difference)] : [])),
  ];
}

/** Ports that the site names are asked as well. */
function portsOf(machines: readonly MinerSite[]): (host: string) => readonly number[] {
  const named = new Map(machines.map(({ host, port, webPort }) => [host, [port, webPort]]));
  return (host) => [...new Set([...usualPorts, ...(named.get(host) ?? []).filter((port) => port !== null)])];
}

function expectedOf({ name, host, model }: MinerSite, site: Site, shared: MinerShared): Expected {
  const { mac } = shared.memory.recall(name);
  const dialect = site.minerModels[model]?.dialect ?? "none";
  return { name, host, dialect, ...(mac === undefined ? {} : { mac }) };
}

function withToldMac(found: Found, reports: ReadonlyMap<string, MinerReport>, machines: readonly MinerSite[]): Found {
  const mac = found.mac ?? reports.get(found.host)?.identity?.mac;
  const known = machines.some(({ host }) => host === found.host);
  return mac === undefined || !known ? found : { ...found, mac };
}

/** The first report of each, by host. A machine with another MAC than the one remembered gets no password. */
async function readAll(
  machines: readonly MinerSite[],
  site: Site,
  secrets: Secrets,
  clock: Clock,
  shared: MinerShared,
): Promise<ReadonlyMap<string, MinerReport>> {
  const links = machines.flatMap((miner) => {
    const model = site.minerModels[miner.model];
    const credentials = secrets[miner.credentials];
    if (model === undefined || credentials === undefined) return [];
    return [{ host: miner.host, link: createMinerLink(miner, model, credentials, clock, shared) }];
  });
  const reports = await Promise.all(
    links.map(async ({ host, link }) => {
      link.start();
      await Promise.race([link.look(), pause(readMilliseconds)]);
      const report = link.report();
      const access = report.at === undefined ? undefined : await Promise.race([link.access(), pause(readMilliseconds)]);
      await link.stop();
      const refused = access?.ok === false && report.fault === undefined ? { fault: access.error } : {};
      return [host, { ...report, ...refused }] as const;
    }),
  );
  return new Map(reports);
}

function checksOf(
  name: string,
  host: string,
  differences: readonly Difference[],
  report: MinerReport | undefined,
  found: readonly Found[],
): readonly Check[] {
  const own = differences.filter((one) => one.kind !== "unexpected" && one.name === name);
  if (own.length > 0) return own.map((one) => differenceCheck(name, one, found));
  if (report?.at !== undefined && report.fault === undefined) {
    const { identity } = report;
    const what = identity === undefined ? "" : ` ${identity.make} ${identity.model}, firmware ${identity.firmware}:`;
    return [pass(name, "reachable", `${host}:${what} ${report.mode}`)];
  }
  return [failed(name, "reachable", `${host}: ${report?.fault ?? "no answer"}`, remedyOf(report?.fault))];
}

function differenceCheck(name: string, difference: Difference, found: readonly Found[]): Check {
  const { host } = difference;
  switch (difference.kind) {
    case "replaced": {
      const remedy = `If you replaced it, run \`weir shell accept ${name}\` beside the controller; until then it gets no password and no command. If not, find out who has its address.`;
      return failed(name, "replaced", `${host} has MAC ${difference.mac}, before it was ${difference.before}`, remedy);
    }
    case "moved": {
      const remedy = `Give it its address ${difference.before} again, or write ${host} into its row of the site file.`;
      return failed(name, "moved", `answers on ${host} instead of ${difference.before}`, remedy);
    }
    case "duplicate": {
      const text = `${host} has MAC ${difference.mac}, and so ${difference.others.length === 1 ? "has" : "have"} ${difference.others.join(", ")}`;
      const remedy =
        "Give each machine one address; where two tell the same MAC, weir cannot notice that one was put in the place of the other.";
      return failed(name, "duplicate MAC", text, remedy);
    }
    case "other-dialect": {
      const text = `${host}: speaks ${difference.dialect}, the site's model ${difference.expected}`;
      return failed(name, "dialect", text, "Name the model of boards/miners that fits its firmware.");
    }
    case "not-understood": {
      const remedy =
        "Check the address; if it is a machine, its firmware is none that weir knows: switch it by its contactor.";
      return failed(
        name,
        "reachable",
        `${host}: no machine that weir knows; it answers ${sightingsOf(host, found)}`,
        remedy,
      );
    }
    case "missing":
      return failed(name, "reachable", `${host}: unreachable, nothing answers`, remedyOf("unreachable"));
    case "unexpected":
      return unexpected(difference);
  }
}

function sightingsOf(host: string, found: readonly Found[]): string {
  const seen = found.find((one) => one.host === host)?.sightings.filter(({ silent }) => silent !== true) ?? [];
  return seen.map(({ port, saw }) => `port ${port}: ${saw}`).join("; ");
}

function unexpected({ host, dialect }: { readonly host: string; readonly dialect: Identified["dialect"] }): Check {
  const remedy =
    "Add it to a row of the site file, or switch it off: what weir does not know it neither counts nor sheds.";
  return warn(host, "unexpected", `a machine that speaks ${dialect} and is not in the site file`, remedy);
}

function remedyOf(fault: MinerReport["fault"]): string {
  switch (fault) {
    case "credentials-refused":
      return "Check its entry in the secrets file.";
    case "write-access-disabled":
      return "Switch its API on with the maker's tool (WhatsMinerTool) and change the default password there; else only its contactor switches it off.";
    case "token-limit":
      return "Others hold all of its sessions: end them, or wait half an hour.";
    case "replaced-machine":
      return "If you replaced it, accept it in `weir shell`; until then it gets no password and no command.";
    case "wrong-machine":
    case "not-a-miner":
    case "malformed-reply":
      return "Check the model in the site file against the machine: weir miner says what it is.";
    default:
      return "Check its power, network cable and address; a machine behind an open contactor does not answer.";
  }
}

function pause(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds).unref());
}
