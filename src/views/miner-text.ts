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

/** Where the values begin. */
const valueColumn = 13;

/** Name and value in two columns; rows without a value are left out, long values go on below themselves. */
export function rowsText(heading: string, rows: readonly Row[], columns = Number.POSITIVE_INFINITY): string {
  const told = rows.filter((row): row is readonly [string, string] => row[1] !== undefined && row[1] !== "");
  return [
    heading,
    ...told.map(([name, text]) => {
      const lines = wrapped(text, Math.max(20, columns - valueColumn));
      return `  ${name.padEnd(valueColumn - 3)} ${lines.join(`\n${" ".repeat(valueColumn)}`)}`;
    }),
  ].join("\n");
}

/** A blank that may end a line: none that parts a figure from its unit. */
const breaks = / (?!(?:W|°C|TH\/s|s|min|h|%|rpm)(?:[ ,;:.)]|$))/;

/** Lines of whole words; a word that is longer than a line has one of its own. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(breaks)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
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
    ["MAC", identity?.mac],
    ["does", report.at === undefined ? undefined : report.mode],
    ["hashrate", quantity(report.hashrateTerahashesPerSecond, "TH/s")],
    ["power", report.at === undefined ? undefined : direct === undefined ? wall : `${wall}, ${direct}`],
    ["power mode", report.powerMode],
    ["limit", quantity(report.limitWatts, "W")],
    ["heat", heatText(report)],
    ["uptime", report.uptimeSeconds === undefined ? undefined : durationText(report.uptimeSeconds)],
    ["fault", report.fault === undefined ? undefined : faultText(report.fault)],
  ];
}

function heatText({ inletCelsius, outletCelsius, boardCelsius, chipCelsius }: MinerReport): string {
  const places = { inlet: inletCelsius, outlet: outletCelsius, board: boardCelsius, chip: chipCelsius };
  return Object.entries(places)
    .flatMap(([place, celsius]) => (celsius === undefined ? [] : [`${place} ${quantity(celsius, "°C")}`]))
    .join(", ");
}

/** Seconds, then minutes, hours or days with the next smaller unit. */
function durationText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${Math.floor(seconds)} s`;
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function detailRows(details: MinerDetails): readonly Row[] {
  const { boards, fansRevolutionsPerMinute: fans, limitBoundsWatts: bounds } = details;
  const hashing = boards?.filter((board) => board.hashes).length;
  return [
    ["boards", boards === undefined || boards.length === 0 ? undefined : `${hashing} of ${boards.length} hash`],
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
  const { attempts } = command;
  if (command.readBackAt !== undefined) {
    const tries = attempts === 0 ? "was so already" : attempts === 1 ? "told once" : `told ${attempts} times`;
    return `${what}: proven by read-back (${tries})`;
  }
  const tries = attempts === 0 ? "nothing was sent" : attempts === 1 ? "tried once" : `tried ${attempts} times`;
  const said = command.acknowledgedAt === undefined ? "not acknowledged" : "acknowledged";
  const disobeys = command.acknowledgedAt === undefined ? "" : "; it says yes and does not obey: its contactor is left";
  const why = command.fault === undefined ? disobeys : `; ${faultText(command.fault)}`;
  return `${what}: NOT proven (${attempts === 0 ? tries : `${tries}, ${said}`})${why}`;
}

/** The technician's word. */
function nameOf(mode: "run" | "sleep" | "leave"): string {
  return mode === "run" ? "wake" : mode;
}

function quantity(value: number | undefined, unit: string): string | undefined {
  return value === undefined ? undefined : `${Math.round(value * 10) / 10} ${unit}`;
}
