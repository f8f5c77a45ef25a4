/** Commands as the core sees them: decoded and checked for shape by the broker link or the shell, judged by nobody yet. */
import type { AcknowledgementMessage } from "./generated/acknowledgement.ts";
import type { ControlMessage } from "./generated/control.ts";
import type { ScheduleMessage } from "./generated/schedule.ts";
import type { SetpointMessage } from "./generated/setpoint.ts";
import type { MinerName } from "./miner.ts";
import type { Milliseconds } from "./reading.ts";
import type { TripName } from "./trip.ts";

export type CommandSource = "dispatch" | "site" | "operator";
export type CommandKind = "setpoint" | "schedule" | "control" | "config";
export type Encoding = "json" | "cbor";

export type { ControlMessage, ScheduleMessage, SetpointMessage };

/** Codes of DESIGN section 6; the first check that fails decides, in the order given there. */
export type Rejection = NonNullable<AcknowledgementMessage["rejection"]>;

/** A command from the broker. `body` is null where the link had to refuse it; `rejection` then says why. */
export interface RemoteCommand {
  readonly via: "broker";
  readonly receivedAt: Milliseconds;
  readonly source: CommandSource;
  /** `group`: came on the site's group topic; may only lower. */
  readonly addressee: "container" | "group";
  readonly kind: CommandKind;
  readonly encoding: Encoding;
  /** SHA-256 of the bytes as received, hexadecimal: same id and same digest is a repetition. */
  readonly digest: string;
  /** As far as it could be read. */
  readonly id: string | null;
  readonly body: SetpointMessage | ScheduleMessage | ControlMessage | null;
  readonly rejection: Rejection | null;
}

/** A command of a person on the spot: the debug shell on its serial port or the local socket. */
export interface LocalCommand {
  readonly via: "shell";
  readonly receivedAt: Milliseconds;
  /** Who: `console` (serial port) or `socket:USER`; for the audit. */
  readonly by: string;
  /** Echoed in the outcome so that the shell can answer its own line. */
  readonly ticket: string;
  readonly action:
    | { readonly kind: "lockout" }
    | { readonly kind: "release" }
    | { readonly kind: "reset"; readonly trip: TripName }
    /** Another machine stands where this one stood, and may be commanded. */
    | { readonly kind: "accept"; readonly machine: MinerName };
}

export type Command = RemoteCommand | LocalCommand;

export type AcknowledgementState = AcknowledgementMessage["state"];

/** One line of the contract's `acknowledgement`; the broker link adds version, boot and wall-clock time. */
export interface Acknowledgement {
  readonly id: string | null;
  readonly state: AcknowledgementState;
  readonly rejection?: Rejection;
  readonly watts?: number;
  readonly limitedBy?: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly encoding: Encoding;
}

/** The answer to a local command, shown by the shell that sent it. */
export interface LocalOutcome {
  readonly ticket: string;
  readonly done: boolean;
  readonly text: string;
}
