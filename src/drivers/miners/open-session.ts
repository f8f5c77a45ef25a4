/** Chooses the session that speaks a machine's dialect. */
import { isIPv4 } from "node:net";
import type { Clock } from "../../model/driver.ts";
import type { MinerDialect, MinerSite } from "../../model/site.ts";
import { AvalonSession } from "./avalon-session.ts";
import { BitmainSession } from "./bitmain-session.ts";
import { BraiinsGraphqlSession } from "./braiins-graphql-session.ts";
import { BraiinsSession } from "./braiins-session.ts";
import type { Door } from "./door.ts";
import { EbangSession } from "./ebang-session.ts";
import { EpicSession } from "./epic-session.ts";
import { LuxosSession } from "./luxos-session.ts";
import { SealminerSession } from "./sealminer-session.ts";
import type { MinerCredentials, MinerSession } from "./session.ts";
import type { MinerShared } from "./shared.ts";
import { VnishSession } from "./vnish-session.ts";
import { WhatsminerSession } from "./whatsminer-session.ts";
import { WhatsminerV3Session } from "./whatsminer-v3-session.ts";

/** Hosts must be IPv4 literals, so that no resolver is ever asked. */
export function openSession(
  miner: MinerSite,
  dialect: MinerDialect,
  credentials: MinerCredentials,
  clock: Clock,
  shared: MinerShared,
  door: Door,
): MinerSession {
  if (!isIPv4(miner.host)) return refusedSession;
  switch (dialect) {
    case "whatsminer-v2":
      return new WhatsminerSession(miner, credentials, clock, shared, door);
    case "avalon":
      return new AvalonSession(miner, credentials, clock, shared);
    case "luxos":
      return new LuxosSession(miner, credentials, clock, shared);
    case "braiins":
      return new BraiinsSession(miner, credentials, clock, shared, door);
    case "braiins-graphql":
      return new BraiinsGraphqlSession(miner, shared);
    case "vnish":
      return new VnishSession(miner, credentials, clock, shared, door);
    case "epic":
      return new EpicSession(miner, credentials, clock, shared);
    case "sealminer":
      return new SealminerSession(miner, shared);
    case "ebang":
      return new EbangSession(miner, credentials, clock, shared, door);
    case "none":
      return switchedSession;
    case "whatsminer-v3":
      return new WhatsminerV3Session(miner, credentials, clock, shared, door);
    case "bitmain-stock":
      return new BitmainSession(miner, credentials, clock, shared, door);
  }
}

/** A host that is a name is never looked up. */
const refusedSession: MinerSession = {
  read: async () => ({ ok: false, error: "unreachable" }),
  write: async () => ({ ok: false, error: "unreachable" }),
  prepare: async () => undefined,
};

/** A machine without an API: nothing is known of it but what the branch meter sees, and only its contactor switches it. */
const switchedSession: MinerSession = {
  read: async () => ({ ok: false, error: "no-reply" }),
  write: async () => ({ ok: false, error: "command-refused" }),
  prepare: async () => undefined,
};
