/** One machine as its link reports it. Links report facts; whether a machine is defiant is judged in control. */
import type { MinerPowerMode } from "./miner-model.ts";
import type { Milliseconds } from "./reading.ts";

export type MinerName = string;

/** What the core wants of a machine: the newest one replaces every older one (a slot, never a queue). */
export type MinerTarget =
  | { readonly mode: "run" }
  | { readonly mode: "sleep" }
  | { readonly mode: "leave" }
  | { readonly mode: "limit"; readonly watts: number };

/** A one-shot order of a technician; no part of what the core wants, so nothing asserts it again. */
export type MinerOrder =
  | { readonly kind: "locate"; readonly on: boolean }
  | { readonly kind: "reboot" }
  /** Share of the rated power, 1 to 100; where the firmware has it, it is gone after a restart. */
  | { readonly kind: "percent"; readonly percent: number };

/** Where a power figure comes from, best first. 0 W while hashing is `unknown`, never zero. */
export type PowerSource = "measured" | "estimated" | "nameplate" | "unknown";

/** What the machine itself says it is doing. `starting` covers boot, tuning and ramping up. */
export type MinerMode = "hashing" | "starting" | "asleep" | "stopped" | "unknown";

export type MinerFault =
  | "not-read-yet"
  | "unreachable"
  | "no-reply"
  | "malformed-reply"
  | "credentials-refused"
  | "write-access-disabled"
  | "command-refused"
  | "token-limit"
  /** It speaks another dialect than the one expected. */
  | "wrong-machine"
  /** Another MAC than the one remembered; until a person accepts it, it gets no password and no command. */
  | "replaced-machine"
  | "not-a-miner";

export interface MinerIdentity {
  readonly make: string;
  readonly model: string;
  readonly firmware: string;
  /** Lower-case, colon separated; absent where the dialect does not tell it. Never leaves the container. */
  readonly mac?: string;
}

/** How far the newest command has come. Acknowledged proves nothing; the read-back and the power are judged in control. */
export interface MinerCommandReport {
  readonly target: MinerTarget;
  readonly sentAt: Milliseconds;
  readonly attempts: number;
  readonly acknowledgedAt?: Milliseconds;
  /** First read after the acknowledgement that showed the wanted mode. */
  readonly readBackAt?: Milliseconds;
  /** Retries are used up: the link has stopped trying until a new target comes or its pause is over. */
  readonly failedAt?: Milliseconds;
  readonly fault?: MinerFault;
}

export interface MinerReport {
  readonly name: MinerName;
  /** Start of the last read that succeeded [ms]; -Infinity never crosses a border: absent when none did. */
  readonly at?: Milliseconds;
  /** Last attempt failed with this; absent while reads succeed. */
  readonly fault?: MinerFault;
  readonly identity?: MinerIdentity;
  readonly mode: MinerMode;
  /** [W] at the wall. */
  readonly powerWatts?: number;
  readonly powerSource: PowerSource;
  /** [W] behind the power supply, where the machine tells that side too: 5 to 10 % below the wall. */
  readonly directCurrentWatts?: number;
  /** [W] the machine is told to stay below, as it reads back; absent where it has none or does not tell. */
  readonly limitWatts?: number;
  /** A limit of ours is in force, also one from before a restart; the target `run` puts back what was before it. */
  readonly limitIsOurs?: true;
  /** Power mode its firmware is set to; absent where it has none or does not tell. */
  readonly powerMode?: MinerPowerMode;
  readonly hashrateTerahashesPerSecond?: number;
  readonly inletCelsius?: number;
  readonly outletCelsius?: number;
  readonly boardCelsius?: number;
  readonly chipCelsius?: number;
  readonly uptimeSeconds?: number;
  readonly command?: MinerCommandReport;
  /** From a shed to half its power, as its own readings proved it: 99th percentile [ms]; absent where none was seen. */
  readonly provenResponse?: {
    readonly milliseconds: Milliseconds;
    readonly samples: number;
    readonly of: "machine" | "model";
  };
  /** A write of ours lost its pools: put back, or still gone. Absent while they are as they were. */
  readonly pools?: "restored" | "lost";
}

/** What a technician wants to see once, beside the report: read on request only, never part of a scan. */
export interface MinerDetails {
  readonly hostname?: string;
  readonly apiVersion?: string;
  /** One for each fan; empty where it has none (immersion, hydro). */
  readonly fansRevolutionsPerMinute?: readonly number[];
  readonly boards?: readonly { readonly hashes: boolean; readonly chips?: number }[];
  readonly pools?: readonly { readonly url: string; readonly state: string }[];
  readonly errors?: readonly string[];
  /** Its light blinks. */
  readonly locating?: boolean;
  readonly ratedTerahashesPerSecond?: number;
  /** Since the start of mining. */
  readonly averageTerahashesPerSecond?: number;
  /** [W] behind the power supply: what an Avalon aims at. A target, no measurement, and below what the wall sees. */
  readonly targetDirectCurrentWatts?: number;
  /** [W] bounds of a limit. */
  readonly limitBoundsWatts?: { readonly least: number; readonly most: number };
}
