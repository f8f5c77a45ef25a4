/** A request answered: by rendering the last scan, or by handing an action to the core and telling what became of it. */
import type { Snapshot } from "../model/snapshot.ts";
import { branchesDocument, renderBranches } from "../views/text/branches.ts";
import {
  eventsDocument,
  linesDocument,
  minersDocument,
  pointsDocument,
  statusDocument,
  whyDocument,
} from "../views/text/documents.ts";
import { columns, wrap } from "../views/text/figures.ts";
import { renderStatus } from "../views/text/status.ts";
import { renderEvents, renderLines, renderMiners, renderPoints } from "../views/text/tables.ts";
import { renderWhy } from "../views/text/why.ts";
import type { ShellHost } from "./host.ts";
import type { Request, Verb } from "./request.ts";

export interface Answer {
  readonly ok: boolean;
  /** The page for a person. */
  readonly lines: () => readonly string[];
  /** What `--json` shows beside `command` and `ok`. */
  readonly document: () => object;
}

const help = [
  "status              the container on one page: power, what holds it, trips, alarms",
  "why [SCOPE]         which limit binds and what must change for more power;",
  "                    SCOPE is container, tank/NAME, branch/NAME, miner/NAME ...",
  "points [FILTER]     every measured value with its quality and age",
  "miners [FILTER]     every machine; FILTER is part of a name, or a phase (asleep)",
  "branches            machines by branch, tank and phase beside the meters; J/TH",
  "lines               serial lines and boards with their error counters",
  "events [N]          the newest N events (20)",
  "lockout             everything off and kept off, until released here",
  "release             ends the lockout; asks first",
  "reset TRIP          resets one latched trip, if its cause is gone; asks first",
  "accept MACHINE      commands a machine that replaced another one (fault",
  "                    replaced-machine); asks first",
  "quit                ends this session",
  "",
  "--json after a command: one JSON document. --yes: does not ask.",
  "Keys: arrows, Ctrl-A, Ctrl-E, Ctrl-U, Ctrl-W, Ctrl-C.",
];

/** Answers anything but `quit` and `session`, which are the session's own. */
export async function answer(request: Request, host: ShellHost, by: string): Promise<Answer> {
  const { verb } = request;
  if (verb.kind === "help") return { ok: true, lines: () => help, document: () => ({ help }) };
  if (verb.kind === "act") {
    const outcome = await host.submit(verb.action, by);
    return {
      ok: outcome.done,
      lines: () => wrap(`${outcome.done ? "Done." : "Refused."} ${outcome.text}`, columns),
      document: () => ({ done: outcome.done, text: outcome.text }),
    };
  }
  const snapshot = host.snapshot();
  if (snapshot === null) return refusal("The first scan is not finished yet; ask again in a second.");
  return { ok: true, lines: () => page(verb, snapshot), document: () => document(verb, snapshot) };
}

export function refusal(text: string): Answer {
  return { ok: false, lines: () => wrap(text, columns), document: () => ({ error: text }) };
}

function page(verb: Verb, snapshot: Snapshot): string[] {
  switch (verb.kind) {
    case "status":
      return renderStatus(snapshot);
    case "why":
      return renderWhy(snapshot, verb.scope);
    case "points":
      return renderPoints(snapshot, verb.filter);
    case "miners":
      return renderMiners(snapshot, verb.filter);
    case "lines":
      return renderLines(snapshot);
    case "branches":
      return renderBranches(snapshot);
    case "events":
      return renderEvents(snapshot, verb.most);
    default:
      return [];
  }
}

function document(verb: Verb, snapshot: Snapshot): object {
  switch (verb.kind) {
    case "status":
      return statusDocument(snapshot);
    case "why":
      return whyDocument(snapshot, verb.scope);
    case "points":
      return pointsDocument(snapshot, verb.filter);
    case "miners":
      return minersDocument(snapshot, verb.filter);
    case "lines":
      return linesDocument(snapshot);
    case "branches":
      return branchesDocument(snapshot);
    case "events":
      return eventsDocument(snapshot, verb.most);
    default:
      return {};
  }
}
