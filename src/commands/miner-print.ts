/** What a technician sees of a machine and of a command to it: text for a terminal, or one JSON document; and the exit code. */
import { type Ability, abilities } from "../drivers/miners/abilities.ts";
import type { Sighting } from "../drivers/miners/identify.ts";
import type { MinerTool } from "../drivers/miners/miner-tool.ts";
import type { MinerDetails, MinerReport } from "../model/miner.ts";
import type { MinerDialect } from "../model/site.ts";
import { detailRows, faultText, reportRows, rowsText } from "../views/miner-text.ts";
import { type Action, abilityOf, type Outcome } from "./miner-action.ts";

/** Nothing that weir knows answers there; exit code 1. */
export function printStranger(address: string, sightings: readonly Sighting[], json: boolean): void {
  process.exitCode = 1;
  if (json) {
    console.log(JSON.stringify({ host: address, good: false, sightings }, null, 2));
    return;
  }
  const seen = sightings.filter((one) => one.silent !== true);
  const silent = sightings.filter((one) => one.silent === true).map(({ port }) => port);
  const heading =
    seen.length === 0
      ? `${address}: nothing answers on port ${silent.join(", ")}`
      : `${address}: no machine that weir knows. Nothing was changed on it. It answers:`;
  const rows = [
    ...seen.map(({ port, saw }) => [`port ${port}`, saw] as const),
    ["silent", seen.length === 0 || silent.length === 0 ? undefined : `port ${silent.join(", ")}`] as const,
    ["do", seen.length === 0 ? remedies.nothing : remedies.strange] as const,
  ];
  console.log(rowsText(heading, rows, columns()));
}

const remedies = {
  nothing: "Is it supplied, and is the address right? After power it takes a minute or two to answer.",
  strange:
    "If it is a machine that starts, or whose only connection another tool holds, try again in a minute; HOST:PORT asks another port. One without a known interface is switched by its contactor: model bitfury, or a board of yours with dialect none.",
};

/** A person's terminal; what goes into a file or a pipe is not wrapped. */
function columns(): number {
  return process.stdout.isTTY === true ? process.stdout.columns : Number.POSITIVE_INFINITY;
}

export interface Seen {
  readonly report: MinerReport;
  readonly outcome: Outcome | null;
  /** Absent: not asked, or the machine does not tell. */
  readonly access: Awaited<ReturnType<MinerTool["access"]>>;
  readonly details: MinerDetails;
  /** Nobody gave a password. */
  readonly anonymous: boolean;
  readonly json: boolean;
}

/** Exit code 0 where it was read, grants access as far as that was asked, and the command is proven; else 1. */
export function printMachine(
  address: string,
  {
    host,
    dialect,
    sightings,
  }: { readonly host: string; readonly dialect: MinerDialect; readonly sightings: readonly Sighting[] },
  action: Action,
  { report, outcome, access, details, anonymous, json }: Seen,
): void {
  const good = report.at !== undefined && (outcome === null || outcome.proven) && access?.ok !== false;
  process.exitCode = good ? 0 : 1;
  const able = abilityOf(action);
  const expected = able === null ? undefined : abilities[dialect][able];
  if (json) {
    const document = { host, good, dialect, report, access: access?.ok, details, outcome, expected, sightings };
    console.log(JSON.stringify(document, null, 2));
    return;
  }
  const untold = anonymous && report.fault === "credentials-refused";
  const rows = [
    ["speaks", dialect] as const,
    ...reportRows(report).filter(([name]) => !(untold && name === "fault")),
    // What no command changes is for a read: a command's screen stays short. What it takes helps where it refused.
    ...detailRows(details).filter(([name]) => action.kind === "read" || (name === "limits" && !good)),
    ["access", untold ? needsPassword : access === undefined ? undefined : accessText(access)] as const,
    ["known", expected === undefined ? undefined : abilityText(action, expected)] as const,
    ["command", outcome?.text] as const,
  ];
  console.log(rowsText(address, rows, columns()));
}

const needsPassword = "it tells nothing without --user and --password-file; no password was sent";

function accessText(access: NonNullable<Seen["access"]>): string {
  return access.ok ? "granted; that a command is obeyed shows when one is given" : faultText(access.error);
}

function abilityText(action: Action, { restartsMining, seconds, source }: Ability): string {
  const stops = action.kind === "target" && action.target.mode !== "limit";
  const mining =
    restartsMining === "unknown"
      ? "whether mining restarts is not published; "
      : restartsMining
        ? "restarts mining; "
        : "mining goes on; ";
  const { least, most } = seconds ?? {};
  const time = most === undefined ? "no time published" : least === most ? `${most} s` : `${least} to ${most} s`;
  return `${stops ? "" : mining}${time} (${source})`;
}
