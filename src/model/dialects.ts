/** What is known of dialects as such, for everyone who must not ask a driver. */
import type { MinerDialect } from "./site.ts";

/**
 * Dialects without any command, or with none that anybody has published: only a contactor switches such a machine.
 * Source: miners' fact sheet, sections 0.5, 2.7 and 2.9.
 */
const withoutCommands: ReadonlySet<MinerDialect> = new Set(["none", "ebang", "sealminer", "braiins-graphql"]);

/** The machine can be put to sleep and woken over its API. */
export function takesCommands(dialect: MinerDialect): boolean {
  return !withoutCommands.has(dialect);
}

/** The machine has an API at all: it may be asked how it is. */
export function tellsItself(dialect: MinerDialect): boolean {
  return dialect !== "none";
}
