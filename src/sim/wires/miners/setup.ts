/** What the parent says about the machines to be played. */

export type MachineKind =
  | "whatsminer"
  | "whatsminer-v3"
  | "antminer"
  | "avalon"
  | "luxos"
  | "braiins"
  | "braiins-graphql"
  | "vnish"
  | "epic"
  | "sealminer"
  | "ebang"
  | "none";

export interface SimulatedMiner {
  readonly name: string;
  readonly kind: MachineKind;
  /** IPv4 literal, one of 127.0.0.0/8. */
  readonly host: string;
  /** TCP port of the API; 4028 if absent, 4433 for a WhatsMiner with API v3. */
  readonly port?: number;
  /** TCP port of the web server of an Antminer; 80 if absent. */
  readonly webPort?: number;
  readonly ratedWatts: number;
  /** Highest power while waking; 1.05 times rated if absent. */
  readonly peakWakeWatts?: number;
  /** 15 W if absent. */
  readonly asleepWatts?: number;
  /** Rated watts at 28 J/TH if absent. */
  readonly terahashesPerSecond?: number;
  /** From the command until asleep; 3 s if absent. */
  readonly sleepSeconds?: number;
  /** From the command until power has settled; 20 s if absent. */
  readonly wakeSeconds?: number;
  /** From power until the control board answers; 2 s if absent. */
  readonly bootSeconds?: number;
  readonly startAsleep?: boolean;
  /** A limit starts its mining anew; so if absent. */
  readonly limitRestarts?: boolean;
  /** Antminer: also answers `GET /miner_power` on TCP 6060 with its watts. */
  readonly reportsPower?: boolean;
  /** Antminer: work mode it runs in unless asleep (0 normal, 2 efficient, 3 low). */
  readonly workMode?: number;
  /** Ends its MAC; its place in the list if absent. Another number is another machine on the same address. */
  readonly serialNumber?: number;
}

export interface MinersSetup {
  readonly machines: readonly SimulatedMiner[];
  readonly user: string;
  readonly password: string;
  /** Life of a WhatsMiner token [s]; 1800 if absent, as the real ones. */
  readonly tokenSeconds?: number;
  /** Life of a digest nonce of an Antminer [s]; 300 if absent. */
  readonly nonceSeconds?: number;
  /** From a request to its reply, of every machine on every port [ms]; 0 if absent. */
  readonly replyMilliseconds?: number;
}

/** Of every pool that a machine tells with its password: recognisable wherever it must not be. */
export const poolPassword = "password-of-the-pool";

export const faultNames = [
  "ack-without-effect",
  "slow-post",
  "no-reply",
  "no-nul",
  "early-close",
  "malformed",
  "truncated",
  "asleep-status-only",
  "token-limit",
  "overshoot",
  "estimate-above-target",
  "dead",
  "full-power-after-cycle",
  "forget-tokens",
  "write-disabled",
  "clock-skew",
  "wipe-pools",
  "old-firmware",
] as const;

export type FaultName = (typeof faultNames)[number];
