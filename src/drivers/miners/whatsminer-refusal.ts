/** The fault a link reports for what a WhatsMiner refused. */
import type { MinerFault } from "../../model/miner.ts";
import type { Refusal } from "../../protocol/whatsminer/messages.ts";

export function faultOf(error: Refusal | MinerFault): MinerFault {
  if (typeof error === "string") return error;
  switch (error.kind) {
    case "malformed":
      return "malformed-reply";
    case "token-limit":
      return "token-limit";
    case "write-access-disabled":
      return "write-access-disabled";
    case "token-wrong":
      return "credentials-refused";
    case "unknown-command":
    case "refused":
      return "command-refused";
  }
}
