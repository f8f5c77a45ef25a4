/** The contract's topics: written once, read back strictly. */
import type { CommandKind, CommandSource, RemoteCommand } from "../../model/command.ts";

const root = "weir/v1";
const sources: readonly string[] = ["dispatch", "site", "operator"];
const kinds: readonly string[] = ["setpoint", "schedule", "control", "config"];

export const reportNames = ["status", "birth", "state", "telemetry", "miners", "event", "acknowledgement"] as const;
export type ReportName = (typeof reportNames)[number];

/** Where a container reports. */
export function reportTopic(container: string, report: ReportName): string {
  return `${root}/${container}/${report}`;
}

/** Where commands to one container go. */
export function commandTopic(container: string, source: CommandSource, kind: CommandKind): string {
  return `${root}/${container}/command/${source}/${kind}`;
}

/** Where commands to all of a site go. */
export function groupCommandTopic(site: string, source: CommandSource, kind: CommandKind): string {
  return `${root}/group/${site}/command/${source}/${kind}`;
}

export function heartbeatTopic(site: string): string {
  return `${root}/group/${site}/heartbeat`;
}

/** The two subscriptions of a container. */
export function subscriptionsOf(container: string, site: string): readonly [string, string] {
  return [`${root}/${container}/command/+/+`, `${root}/group/${site}/#`];
}

export interface CommandAddress {
  readonly addressee: RemoteCommand["addressee"];
  readonly source: CommandSource;
  readonly kind: CommandKind;
}

/** What a command's topic says; null: not a command topic of this container and site. */
export function readCommandTopic(topic: string, container: string, site: string): CommandAddress | null {
  const group = `${root}/group/${site}/command/`;
  const own = `${root}/${container}/command/`;
  const prefix = [own, group].find((candidate) => topic.startsWith(candidate));
  if (prefix === undefined) return null;
  const [source, kind, ...more] = topic.slice(prefix.length).split("/");
  if (more.length > 0 || !isSource(source) || !isKind(kind)) return null;
  return { addressee: prefix === group ? "group" : "container", source, kind };
}

/** What a report's topic says; null: not a report. */
export function readReportTopic(topic: string): { readonly container: string; readonly report: ReportName } | null {
  const [first, second, container, name, ...more] = topic.split("/");
  if (`${first}/${second}` !== root || container === undefined || more.length > 0) return null;
  const report = reportNames.find((candidate) => candidate === name);
  return report === undefined ? null : { container, report };
}

function isSource(word: string | undefined): word is CommandSource {
  return word !== undefined && sources.includes(word);
}

function isKind(word: string | undefined): word is CommandKind {
  return word !== undefined && kinds.includes(word);
}
