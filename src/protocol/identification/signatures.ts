/** Which dialect a reply betrays, whatever port it came from; and what was seen, in words, where it betrays none. */
import type { MinerDialect } from "../../model/site.ts";
import { decodeFigures } from "../avalon/messages.ts";
import { at, numberOf, objectOf, statusOf, textOf } from "../cgminer/fields.ts";
import type { JsonObject, JsonValue } from "../cgminer/json.ts";
import { rowsOf } from "../cgminer/sections.ts";
import { observeEpic } from "../epic/messages.ts";
import { decodeLuxosConfiguration } from "../luxos/messages.ts";
import { observeSealminer } from "../sealminer/messages.ts";
import { isVnish } from "../vnish/messages.ts";

export interface Signature {
  /** Absent: not known, or known and not ours. */
  readonly dialect?: MinerDialect;
  /** What was seen, for a person. */
  readonly saw: string;
}

/** Firmware that answers like cgminer and that we have no dialect for. */
const strangers = /hiveon|goldshell|iceriver|innosilicon|auradine|volcminer|elphapex|bitaxe|cpuminer/i;

/** A JSON object from a TCP port: a reply to `version`, `get_version`, `stats` or `config`. */
export function recognizeReply(body: JsonObject): Signature {
  const { text, code } = statusOf(body);
  const version = rowsOf(body, "VERSION")[0] ?? {};
  const names = `${text} ${Object.entries(version).flat().join(" ")}`;
  const type = textOf(version["Type"]) ?? textOf(rowsOf(body, "STATS")[0]?.["Type"]) ?? "";
  const api = textOf(at(body, "Msg", "api_ver"));
  const firmware = textOf(at(body, "Msg", "fw_ver"));
  if (/luxminer|luxos/i.test(names) || decodeLuxosConfiguration(body) !== undefined)
    return { dialect: "luxos", saw: `LuxOS on ${type || "an unnamed machine"}` };
  if (/boser|bosminer|bos\+/i.test(names)) return { saw: "Braiins OS, whose web interface has to answer too" };
  if (/vnish/i.test(`${names} ${type}`)) return { dialect: "vnish", saw: `VNish on ${type}` };
  if (/bdminer/i.test(names) || observeSealminer(body) !== undefined) return { dialect: "sealminer", saw: "Sealminer" };
  if (/whatsminer|btminer|bitmicro/i.test(`${names} ${api ?? ""}`) || (api !== undefined && firmware !== undefined))
    return { dialect: "whatsminer-v2", saw: `WhatsMiner, API ${api ?? "unnamed"}, firmware ${firmware ?? "unnamed"}` };
  if (/avalon/i.test(textOf(version["PROD"]) ?? "") || decodeFigures(body) !== undefined)
    return { dialect: "avalon", saw: textOf(version["PROD"]) ?? "Avalon" };
  const stranger = strangers.exec(`${names} ${type}`)?.[0];
  if (stranger !== undefined) return { saw: `${stranger}, for which there is no dialect` };
  if (/antminer/i.test(type)) return { dialect: "bitmain-stock", saw: `${type}, Bitmain's own firmware` };
  if (code !== undefined || text !== "")
    return {
      saw: `an API like cgminer's that calls itself "${excerpt(text)}"${code === undefined ? "" : `, code ${code}`}`,
    };
  return { saw: `JSON with ${excerpt(Object.keys(body).join(", ")) || "nothing in it"}` };
}

/** A message from a framed port. */
export function recognizeFrame(body: JsonObject): Signature {
  const system = at(body, "msg", "system");
  if (at(body, "msg", "salt") !== undefined || system !== undefined) {
    const [api, firmware] = [textOf(at(system, "api")), textOf(at(system, "fwversion"))];
    const saw = `${textOf(at(body, "msg", "miner", "type")) ?? "WhatsMiner"}, API ${api ?? "3"}, firmware ${firmware ?? "unnamed"}`;
    return { dialect: "whatsminer-v3", saw };
  }
  return { saw: `frames of WhatsMiner's kind with ${excerpt(Object.keys(body).join(", "))}` };
}

export interface Page {
  readonly path: string;
  readonly status: number;
  /** `WWW-Authenticate`. */
  readonly challenge: string;
  readonly server: string;
  readonly text: string;
  /** undefined: no JSON. */
  readonly value: JsonValue | undefined;
}

/** Pages that tell firmwares apart, asked one after the other until one does. */
export const pages = [
  { method: "GET", path: "/" },
  { method: "GET", path: "/api/v1/info" },
  { method: "GET", path: "/api/v1/version" },
  { method: "GET", path: "/summary" },
  { method: "POST", path: "/graphql" },
] as const;

/** One page of a web server. */
export function recognizePage(page: Page): Signature {
  const { path, value, text } = page;
  if (/realm="?antMiner Configuration/i.test(page.challenge))
    return { dialect: "bitmain-stock", saw: "the web pages of Bitmain's own firmware" };
  if (isVnish(value)) return { dialect: "vnish", saw: `VNish ${textOf(at(value, "fw_version")) ?? ""}`.trim() };
  if (path === "/api/v1/version" && numberOf(at(value, "major")) !== undefined && page.status === 200)
    return { dialect: "braiins", saw: `Braiins OS, REST ${at(value, "major")}.${at(value, "minor")}` };
  if (value !== undefined && observeEpic(value) !== undefined)
    return { dialect: "epic", saw: `ePIC ${textOf(at(value, "Software")) ?? ""}`.trim() };
  if (at(value, "data", "bos") !== undefined)
    return { dialect: "braiins-graphql", saw: "Braiins OS before REST, GraphQL only" };
  if (/\/user\/login/.test(text) && /yuyan/.test(text)) return { dialect: "ebang", saw: "the web pages of an Ebang" };
  if (/luxos|luxor/i.test(text)) return { dialect: "luxos", saw: "the web pages of LuxOS" };
  const titled = /<title>([^<]{1,80})/i.exec(text)?.[1]?.trim();
  const called = titled !== undefined ? `, titled "${excerpt(titled)}"` : objectOf(value) ? ", with JSON" : "";
  return {
    saw: `a web server${page.server === "" ? "" : ` (${excerpt(page.server)})`}, status ${page.status}${called}`,
  };
}

/** The more telling one wins: a firmware that replaces another still answers like the replaced one somewhere. */
const order: readonly MinerDialect[] = [
  "luxos",
  "braiins",
  "braiins-graphql",
  "vnish",
  "epic",
  "whatsminer-v3",
  "whatsminer-v2",
  "avalon",
  "sealminer",
  "ebang",
  "bitmain-stock",
];

/** Negative where `one` tells more than `other`. */
export function compareDialects(one: MinerDialect, other: MinerDialect): number {
  return order.indexOf(one) - order.indexOf(other);
}

/** Printable ASCII of what a stranger sent: it goes to a terminal. */
export function excerpt(text: string): string {
  const plain = text.trim().replace(/[^\x20-\x7e]/g, "?");
  return plain.length > 60 ? `${plain.slice(0, 57)}...` : plain;
}
