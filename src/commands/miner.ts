/** `weir miner HOST`: identifies one machine, reads it, puts it to sleep or wakes it, and says what was proven. */
import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import type { Command } from "commander";
import { createMinerLink } from "../drivers/miners/link.ts";
import type { MinerCredentials } from "../drivers/miners/session.ts";
import { createMinerShared, type MinerShared } from "../drivers/miners/shared.ts";
import type { MinerDriver } from "../model/driver.ts";
import type { MinerReport } from "../model/miner.ts";
import type { MinerDialect, MinerSite } from "../model/site.ts";

const examples = `
Examples:
  weir miner 192.168.10.21                                          what it is and what it does
  weir miner 192.168.10.21 sleep --user admin --password-file pw    put it to sleep, prove it by reading back
  weir miner 192.168.10.21 wake --user admin --password-file pw
  weir miner 192.168.10.21:4029 --json                              one JSON document

Exit code: 0 read, or the command is proven by read-back; 1 it is not; 2 wrong use.
A proven setting is not yet a fall of power: look at the branch meter.`;

/** Longest wait for a first report, and for a command's proof [ms]. Choice: a Bitmain machine takes 21 s to answer a write. */
const identifyMilliseconds = 15_000;
const commandMilliseconds = 150_000;

const dialects: readonly MinerDialect[] = [
  "whatsminer-v2",
  "whatsminer-v3",
  "bitmain-stock",
  "avalon",
  "luxos",
  "braiins",
  "braiins-graphql",
  "vnish",
  "epic",
  "sealminer",
];
const actions = ["read", "sleep", "wake"] as const;

interface Options {
  readonly dialect?: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly webPort?: string;
  readonly json?: boolean;
}

export function describe(command: Command): void {
  command
    .argument("<host>", "IPv4 address of the machine, with :PORT where its API has another port than 4028")
    .argument("[action]", "read, sleep or wake", "read")
    .option("--dialect <name>", `one of ${dialects.join(", ")}; found out where it is not given`)
    .option("--user <name>", "user of the machine's API")
    .option("--password-file <file>", "file whose first line is the password")
    .option("--web-port <number>", "port of a Bitmain machine's web server, where it is not 80")
    .option("--json", "one JSON document and nothing else")
    .addHelpText("after", examples)
    .action((host: string, action: string, options: Options) => run(command, host, action, options));
}

async function run(command: Command, address: string, action: string, options: Options): Promise<void> {
  const [host = "", port] = address.split(":");
  const wrong = wrongUse(host, port, action, options);
  if (wrong !== null) command.error(`error: ${wrong}`, { exitCode: 2 });
  const where = { host, port: portOf(port), webPort: portOf(options.webPort) };
  const shared = createMinerShared({ pollMilliseconds: 1_000, refusedPauseMilliseconds: commandMilliseconds });
  const links = openLinks(where, options, shared);
  try {
    const link = await identified(links);
    if (link !== null && action !== "read") await commanded(link, action === "sleep" ? "sleep" : "run");
    const report = (link ?? links[0])?.report();
    const good = link !== null && (action === "read" || report?.command?.readBackAt !== undefined);
    process.exitCode = good ? 0 : 1;
    if (options.json === true) console.log(JSON.stringify({ host, good, report }, null, 2));
    else console.log(report === undefined ? "no report" : reportText(address, report));
  } finally {
    await Promise.all(links.map((link) => link.stop()));
    await shared.stop();
  }
}

function wrongUse(host: string, port: string | undefined, action: string, options: Options): string | null {
  if (!isIPv4(host)) return `${host} is no IPv4 address; names are never looked up`;
  for (const number of [port, options.webPort])
    if (number !== undefined && !/^[1-9]\d{0,4}$/.test(number)) return `${number} is no port`;
  if (!actions.some((one) => one === action)) return `${action} is none of ${actions.join(", ")}`;
  if (options.dialect !== undefined && !dialects.some((one) => one === options.dialect))
    return `${options.dialect} is none of ${dialects.join(", ")}`;
  if (action !== "read" && options.passwordFile === undefined) return `${action} needs --user and --password-file`;
  return null;
}

function portOf(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}

/** One link for each dialect that comes into question. */
function openLinks(
  where: Pick<MinerSite, "host" | "port" | "webPort">,
  options: Options,
  shared: MinerShared,
): readonly MinerDriver[] {
  const credentials: MinerCredentials = {
    user: options.user ?? "",
    password:
      options.passwordFile === undefined ? "" : (readFileSync(options.passwordFile, "utf8").split(/\r?\n/, 1)[0] ?? ""),
  };
  const clock = { now: () => performance.now(), unixMilliseconds: () => Date.now() };
  const miner = { ...where, name: where.host, model: "", tank: "", branch: "", phase: null, credentials: "" };
  return dialects
    .filter((dialect) => options.dialect === undefined || options.dialect === dialect)
    .map((dialect) => {
      const link = createMinerLink(miner, { dialect }, credentials, clock, shared);
      link.start();
      return link;
    });
}

/** The first link that understands the machine; null if none does in time. */
async function identified(links: readonly MinerDriver[]): Promise<MinerDriver | null> {
  const end = performance.now() + identifyMilliseconds;
  while (performance.now() < end) {
    const found = links.find((link) => link.report().at !== undefined);
    if (found !== undefined) return found;
    await pause();
  }
  return null;
}

async function commanded(link: MinerDriver, mode: "run" | "sleep"): Promise<void> {
  link.target({ mode });
  const end = performance.now() + commandMilliseconds;
  while (performance.now() < end) {
    const { command } = link.report();
    if (command?.readBackAt !== undefined || command?.failedAt !== undefined) return;
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

function reportText(address: string, report: MinerReport): string {
  const { identity, command } = report;
  const rows: (readonly [string, string | undefined])[] = [
    [
      "machine",
      identity === undefined ? undefined : `${identity.make} ${identity.model}, firmware ${identity.firmware}`,
    ],
    ["does", report.at === undefined ? undefined : report.mode],
    ["hashrate", quantity(report.hashrateTerahashesPerSecond, "TH/s")],
    ["power", quantity(report.powerWatts, `W (${report.powerSource})`) ?? "not told"],
    ["inlet", quantity(report.inletCelsius, "°C")],
    ["board", quantity(report.boardCelsius, "°C")],
    ["chip", quantity(report.chipCelsius, "°C")],
    ["fault", report.fault],
    ["command", command === undefined ? undefined : commandText(command)],
  ];
  const told = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  return [address, ...told.map(([name, text]) => `  ${name.padEnd(9)} ${text}`)].join("\n");
}

function quantity(value: number | undefined, unit: string): string | undefined {
  return value === undefined ? undefined : `${Math.round(value * 10) / 10} ${unit}`;
}

function commandText(command: NonNullable<MinerReport["command"]>): string {
  const tries = command.attempts === 0 ? "was so already" : `${command.attempts} written`;
  const said = command.acknowledgedAt === undefined ? "not acknowledged" : "acknowledged";
  if (command.readBackAt !== undefined) return `${command.target.mode}: proven by read-back (${tries})`;
  return `${command.target.mode}: NOT proven (${tries}, ${said}${command.fault === undefined ? "" : `, ${command.fault}`})`;
}
