/** `weir miner HOST`: identifies one machine, reads it, commands it, and says what was seen and what was proven. */
import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import type { Command } from "commander";
import { abilities } from "../drivers/miners/abilities.ts";
import { type Identified, identify, type Sighting, usualPorts } from "../drivers/miners/identify.ts";
import { createMinerLink } from "../drivers/miners/link.ts";
import type { MinerTool } from "../drivers/miners/miner-tool.ts";
import type { MinerCredentials } from "../drivers/miners/session.ts";
import { createMinerShared, type MinerShared } from "../drivers/miners/shared.ts";
import type { MinerDialect } from "../model/site.ts";
import { addressesOf, mostAddresses } from "../site/addresses.ts";
import { abilityOf, actionOf, lacking, perform, until } from "./miner-action.ts";
import { printMachine, printStranger } from "./miner-print.ts";
import { searchMachines } from "./miner-search.ts";
import { openWaiting } from "./progress.ts";

const examples = `
Examples:
  weir miner 192.168.10.21                          what it is and what it does
  weir miner 192.168.10.21 sleep --user admin --password-file pw
                                                    told, read back, power seen
  weir miner 192.168.10.21 wake --user admin --password-file pw
  weir miner 192.168.10.21 limit 2800 --user admin --password-file pw
                                            watts; 80% where the firmware has it
  weir miner 192.168.10.21 locate --password-file pw         its light blinks
  weir miner 192.168.10.21 locate off --password-file pw     and ends
  weir miner 192.168.10.21 reboot --password-file pw
  weir miner 192.168.10.21:4029 --json              one JSON document
  weir miner 192.168.10.0/24                        every machine of a subnet,
                                                    without a password
  weir miner 192.168.10.20-192.168.10.60 --json     or of a range

Users are those of the machine's own page: Antminer and Braiins OS root,
WhatsMiner admin, with API v3 super; VNish and ePIC take a password alone;
Avalon, LuxOS and Sealminer none. With a password, read also says whether the
machine grants access.
Exit code: 0 read, found, or the command is proven; 1 it is not, or access is
refused; 2 wrong use.
Sleep waits for the power to fall, where the machine tells it; else look at the
branch meter.`;

/** Longest wait for a first report [ms]. Choice: three reads of a loaded machine. */
const readMilliseconds = 15_000;

/** Longest time to find out what it is [ms]; source: the deadlines of the identification, every port silent. */
const findMilliseconds = 20_000;

const dialects = Object.keys(abilities).filter((one): one is MinerDialect => one !== "none");

/** Dialects whose interface is a web server only: HOST:PORT then names that port. */
const webOnly: readonly MinerDialect[] = ["braiins", "braiins-graphql", "vnish", "ebang"];

/** Dialects that ask for no password. */
const open: readonly MinerDialect[] = ["avalon", "luxos", "sealminer", "braiins-graphql"];

interface Options {
  readonly dialect?: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly webPort?: string;
  readonly json?: boolean;
}

interface Place {
  readonly host: string;
  readonly port: number | null;
  readonly webPort: number | null;
}

export function describe(command: Command): void {
  command
    .argument(
      "<host>",
      "IPv4 address of the machine, with :PORT to ask that port only; or a range A-B or subnet A/24 to search",
    )
    .argument("[action]", "read, sleep, wake, limit, locate or reboot", "read")
    .argument("[value]", "of limit: watts, or percent as 80%; of locate: on or off")
    .option("--dialect <name>", `one of ${dialects.join(", ")}; found out where it is not given`)
    .option("--user <name>", "user of the machine's API")
    .option("--password-file <file>", "file whose first line is the password")
    .option("--web-port <number>", "port of the machine's web server, where it is not the usual one")
    .option("--json", "one JSON document and nothing else")
    .addHelpText("after", examples)
    .action((host: string, action: string, value: string | undefined, options: Options) =>
      run(command, host, [action, value], options),
    );
}

async function run(
  command: Command,
  address: string,
  [word, value]: readonly [string, string | undefined],
  options: Options,
): Promise<void> {
  if (/[-/,]/.test(address)) return await search(command, address, word, options);
  const [host = "", port] = address.split(":");
  const action = actionOf(word, value);
  const wrong = typeof action === "string" ? action : wrongUse(host, port, options);
  if (typeof action === "string" || wrong !== null) command.error(`error: ${wrong}`, { exitCode: 2 });
  const password = passwordOf(options.passwordFile);
  if (password === null)
    command.error(`error: ${options.passwordFile} cannot be read; its first line must be the password`, {
      exitCode: 2,
    });
  const asked = { host, port: numberOf(port), webPort: numberOf(options.webPort) };
  const waiting = openWaiting(options.json !== true && process.stderr.isTTY === true);
  const found = await waiting(
    () => `${host}: finding out what it is`,
    findMilliseconds,
    () => find(asked, options),
  );
  if (found.dialect === null) return printStranger(address, found.sightings, options.json === true);
  const able = abilityOf(action);
  const impossible = able !== null && abilities[found.dialect][able] === undefined;
  if (word !== "read" && !impossible && options.passwordFile === undefined && !open.includes(found.dialect))
    command.error(`error: ${word} needs --user and --password-file`, { exitCode: 2 });
  const shared = createMinerShared({ pollMilliseconds: 1_000, refusedPauseMilliseconds: readMilliseconds * 60 });
  const link = openLink(found.place, found.dialect, { user: options.user ?? "", password }, shared);
  try {
    await waiting(
      () => `${host}: reading (${found.dialect})`,
      readMilliseconds,
      () =>
        until(readMilliseconds, () => link.report().at !== undefined || link.report().fault === "credentials-refused"),
    );
    const outcome = impossible ? lacking(found.dialect, [word, value]) : await perform(link, action, waiting);
    const readable = link.report().at !== undefined;
    const details = readable ? await link.inspect() : undefined;
    // Without a password it would be the machine's own answer to an empty one, and a failed login.
    const asks = readable && action.kind === "read" && options.passwordFile !== undefined;
    const access = asks ? await link.access() : undefined;
    printMachine(address, { ...found, host, dialect: found.dialect }, action, {
      report: link.report(),
      outcome,
      access,
      details: details?.ok === true ? details.value : {},
      anonymous: options.passwordFile === undefined,
      json: options.json === true,
    });
  } finally {
    await link.stop();
    await shared.stop();
  }
}

async function search(command: Command, address: string, word: string, options: Options): Promise<void> {
  const hosts = addressesOf(address);
  const wrong =
    hosts === null
      ? `${address}: give IPv4 addresses, first to last or as a subnet, at most ${mostAddresses}`
      : word === "read"
        ? wrongUse(hosts[0] ?? "", undefined, options)
        : `${word} is for one machine, and ${address} names ${hosts.length}`;
  if (wrong !== null || hosts === null) command.error(`error: ${wrong}`, { exitCode: 2 });
  const ports = [numberOf(options.webPort)].filter((port) => port !== null);
  await searchMachines(address, hosts, { json: options.json === true, ports });
}

function wrongUse(host: string, port: string | undefined, options: Options): string | null {
  if (!isIPv4(host)) return `${host} is no IPv4 address; names are never looked up`;
  for (const number of [port, options.webPort])
    if (number !== undefined && !/^[1-9]\d{0,4}$/.test(number)) return `${number} is no port`;
  if (options.dialect !== undefined && !dialects.some((one) => one === options.dialect))
    return `${options.dialect} is none of ${dialects.join(", ")}`;
  return null;
}

function numberOf(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}

interface Found {
  readonly dialect: MinerDialect | null;
  readonly place: Place;
  readonly sightings: readonly Sighting[];
}

/** The dialect given, or the one that the machine's ports betray. */
async function find(asked: Place, options: Options): Promise<Found> {
  const given = dialects.find((one) => one === options.dialect);
  if (given !== undefined) return { dialect: given, place: asked, sightings: [] };
  const { host, port, webPort } = asked;
  const ports = port === null ? [...new Set([...usualPorts, ...(webPort === null ? [] : [webPort])])] : [port];
  const identified = await identify(host, webPort === null ? ports : [...ports, webPort], new AbortController().signal);
  if (!identified.ok) return { dialect: null, place: asked, sightings: identified.error };
  return {
    dialect: identified.value.dialect,
    place: placeOf(asked, identified.value),
    sightings: identified.value.sightings,
  };
}

/** Where the dialect's own interface is: the port that told it may be another one. */
function placeOf(asked: Place, { dialect, port, web }: Identified): Place {
  if (web && (webOnly.includes(dialect) || dialect === "bitmain-stock")) return { ...asked, port: null, webPort: port };
  if (web && dialect !== "epic") return { ...asked, port: null };
  return { ...asked, port };
}

/** Null: there is no such file. */
function passwordOf(file: string | undefined): string | null {
  if (file === undefined) return "";
  try {
    return readFileSync(file, "utf8").split(/\r?\n/, 1)[0] ?? "";
  } catch {
    return null;
  }
}

function openLink(place: Place, dialect: MinerDialect, credentials: MinerCredentials, shared: MinerShared): MinerTool {
  const clock = { now: () => performance.now(), unixMilliseconds: () => Date.now() };
  const miner = { ...place, name: place.host, model: "", tank: "", branch: "", phase: null, credentials: "" };
  const link = createMinerLink(miner, { dialect }, credentials, clock, shared);
  link.start();
  return link;
}
