/** A machine, a command and its proof in words, for a technician's terminal. */
import type { MinerDetails, MinerFault, MinerReport } from "../model/miner.ts";

/** What a fault means and what to do about it. */
const sentences: Readonly<Record<MinerFault, string>> = {
  "not-read-yet": "no reply has come yet",
  unreachable: "no connection; is it supplied, and is the address right?",
  "no-reply": "it takes connections and does not answer; it may be starting",
  "malformed-reply": "its answer makes no sense; try again, then try another firmware",
  "credentials-refused": "user or password is wrong; not tried again, so that no account locks",
  "write-access-disabled":
    "it takes no commands; with the maker's tool (WhatsMinerTool) switch its API on and change the default password",
  "command-refused": "its firmware does not have this command, or refused it",
  "token-limit": "others hold all of its sessions; end them or wait until they run out",
  "wrong-machine": "another kind of machine answers; leave --dialect out",
  "replaced-machine": "another machine has this address; if that is right, `accept NAME` in weir shell",
  "not-a-miner": "something else than a miner answers",
};

/** The fault's name, what it means and what to do about it. */
export function faultText(fault: MinerFault): string {
  return `${fault}: ${sentences[fault]}`;
}

type Row = readonly [string, string | undefined];

/** Name and value in two columns; rows without a value are left out. */
export function rowsText(heading: string, rows: readonly Row[]): string {
  const told = rows.filter((row): row is readonly [string, string] => row[1] !== undefined && row[1] !== "");
  return [heading, ...told.map(([name, text]) => `  ${name.padEnd(10)} ${text}`)].join("\n");
}

export function reportRows(report: MinerReport): readonly Row[] {
  const { identity } = report;
  const direct = quantity(report.directCurrentWatts, "W behind the supply");
  const wall = quantity(report.powerWatts, `W (${report.powerSource})`) ?? "not told";
  return [
    [
      "machine",
      identity === undefined ? undefined : `${identity.make} ${identity.model}, firmware ${identity.firmware}`,
    ],
    ["address", identity?.mac],
    ["does", report.at === undefined ? undefined : report.mode],
    ["hashrate", quantity(report.hashrateTerahashesPerSecond, "TH/s")],
    ["power", direct === undefined ? wall : `${wall}, ${direct}`],
    ["limit", quantity(report.limitWatts, "W")],
    ["inlet", quantity(report.inletCelsius, "°C")],
    ["outlet", quantity(report.outletCelsius, "°C")],
    ["board", quantity(report.boardCelsius, "°C")],
    ["chip", quantity(report.chipCelsius, "°C")],
    ["uptime", quantity(report.uptimeSeconds, "s")],
    ["fault", report.fault === undefined ? undefined : faultText(report.fault)],
  ];
}

export function detailRows(details: MinerDetails): readonly Row[] {
  const { boards, fansRevolutionsPerMinute: fans, limitBoundsWatts: bounds } = details;
  const hashing = boards?.filter((board) => board.hashes).length;
  return [
    ["boards", boards === undefined ? undefined : `${hashing} of ${boards.length} hash`],
    ["fans", fans === undefined ? undefined : fans.length === 0 ? "none" : `${fans.join(", ")} rpm`],
    ["target", quantity(details.targetDirectCurrentWatts, "W behind the supply (a target, not measured)")],
    ["limits", bounds === undefined ? undefined : `${bounds.least} to ${bounds.most} W`],
    ["rated", quantity(details.ratedTerahashesPerSecond, "TH/s")],
    ["light", details.locating === undefined ? undefined : details.locating ? "blinks" : "normal"],
    ["pools", details.pools?.map(({ url, state }) => `${url} (${state})`).join(", ")],
    ["errors", details.errors?.slice(-3).join("; ")],
  ];
}

export function commandText(command: NonNullable<MinerReport["command"]>): string {
  const what = command.target.mode === "limit" ? `limit ${command.target.watts} W` : nameOf(command.target.mode);
  const tries = command.attempts === 0 ? "was so already" : `${command.attempts} written`;
  const said = command.acknowledgedAt === undefined ? "not acknowledged" : "acknowledged";
  if (command.readBackAt !== undefined) return `${what}: proven by read-back (${tries})`;
  const why = command.fault === undefined ? "" : `, ${faultText(command.fault)}`;
  return `${what}: NOT proven (${tries}, ${said}${why})`;
}

/** The technician's word. */
function nameOf(mode: "run" | "sleep" | "leave"): string {
  return mode === "run" ? "wake" : mode;
}

function quantity(value: number | undefined, unit: string): string | undefined {
  return value === undefined ? undefined : `${Math.round(value * 10) / 10} ${unit}`;
}
