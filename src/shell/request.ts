/** A typed line as a request, or a sentence that says what is wrong with it. Pure. */

import type { LocalCommand } from "../model/command.ts";
import { fail, type Result, succeed } from "../model/result.ts";

/** `text` for people; `json` is one document with the data; `framed` is one document with the text, for `weir shell COMMAND`. */
export type Form = "text" | "json" | "framed";

export type Verb =
  | { readonly kind: "help" }
  | { readonly kind: "status" }
  | { readonly kind: "why"; readonly scope: string }
  | { readonly kind: "points"; readonly filter: string }
  | { readonly kind: "miners"; readonly filter: string }
  | { readonly kind: "lines" }
  | { readonly kind: "branches" }
  | { readonly kind: "events"; readonly most: number }
  | { readonly kind: "act"; readonly action: LocalCommand["action"]; readonly warning: string | null }
  | { readonly kind: "quit" }
  /** Who is on the other side: a person, or a program that wants no echo and no prompt. */
  | { readonly kind: "session"; readonly interactive: boolean; readonly user: string | null };

export interface Request {
  readonly word: string;
  readonly verb: Verb;
  readonly form: Form;
  /** `--yes`: a dangerous verb needs no question. */
  readonly sure: boolean;
}

/** Events shown when no number is given, and the most that are; choices: a screen, and a page a serial line takes 2 s for. */
const usualEvents = 20;
const mostEvents = 200;

/** What is wrong with a line, in the form its author would have read the answer in. */
export interface BadRequest {
  readonly error: string;
  readonly form: Form;
}

/** Null for an empty line. */
export function parseRequest(line: string): Result<Request, BadRequest> | null {
  const words = line.split(/\s+/).filter((word) => word !== "");
  const flags = new Set(words.filter((word) => word.startsWith("--")));
  const form = flags.has("--json") ? "json" : flags.has("--framed") ? "framed" : "text";
  const bad = (error: string): Result<Request, BadRequest> => fail({ error, form });
  const [word, ...rest] = words.filter((part) => !part.startsWith("--"));
  if (word === undefined) return flags.size === 0 ? null : bad("A command is missing; try: help");
  const unknown = [...flags].find((flag) => !["--json", "--framed", "--yes"].includes(flag));
  if (unknown !== undefined) return bad(`Unknown option ${unknown}; there are --json and --yes.`);
  const verb = parseVerb(word, rest);
  return verb.ok ? succeed({ word, verb: verb.value, form, sure: flags.has("--yes") }) : bad(verb.error);
}

function parseVerb(word: string, rest: readonly string[]): Result<Verb, string> {
  const [first] = rest;
  const most = word === "session" ? 2 : ["why", "points", "miners", "events", "reset", "accept"].includes(word) ? 1 : 0;
  switch (word) {
    case "help":
    case "status":
    case "lines":
    case "branches":
    case "quit":
      return rest.length > most ? fail(`${word} takes no words.`) : succeed({ kind: word });
    case "exit":
      return succeed({ kind: "quit" });
    case "points":
    case "miners":
      return rest.length > most ? fail(`${word} takes one filter.`) : succeed({ kind: word, filter: first ?? "" });
    case "why":
      return rest.length > most
        ? fail("why takes one scope, as in: why tank/tank-1")
        : succeed({ kind: "why", scope: first ?? "container" });
    case "events":
      return parseEvents(first, rest.length > most);
    case "lockout":
      return rest.length > most
        ? fail("lockout takes no words.")
        : succeed({ kind: "act", action: { kind: "lockout" }, warning: null });
    case "release": {
      const warning = "The machines may start. Nobody must be working on the container.";
      return rest.length > most
        ? fail("release takes no words.")
        : succeed({ kind: "act", action: { kind: "release" }, warning });
    }
    case "reset":
      return first === undefined || rest.length > most
        ? fail("reset needs the name of one trip, as `status` shows it: reset tank-1/flow")
        : succeed({
            kind: "act",
            action: { kind: "reset", trip: first },
            warning: `After the reset of ${first} power may come back.`,
          });
    case "accept":
      return first === undefined || rest.length > most
        ? fail("accept needs the name of one replaced machine, as `miners` shows it: accept row-a-007")
        : succeed({
            kind: "act",
            action: { kind: "accept", machine: first },
            warning: `weir will send its password and its commands to the machine that answers for ${first}.`,
          });
    case "session":
      return parseSession(rest);
    default:
      return fail(`Unknown command ${word.slice(0, 20)}; try: help`);
  }
}

function parseEvents(word: string | undefined, tooMany: boolean): Result<Verb, string> {
  const most = word === undefined ? usualEvents : Number(word);
  return tooMany || !Number.isInteger(most) || most < 1 || most > mostEvents
    ? fail(`events takes one number from 1 to ${mostEvents}.`)
    : succeed({ kind: "events", most });
}

function parseSession([kind, user]: readonly string[]): Result<Verb, string> {
  if (kind !== "interactive" && kind !== "program") return fail("session takes interactive or program.");
  // The name goes into the audit; the file's mode, not this word, decides who may.
  if (user !== undefined && !/^[a-z0-9_.-]{1,32}$/.test(user)) return fail("That is no user's name.");
  return succeed({ kind: "session", interactive: kind === "interactive", user: user ?? null });
}
