/** What one scan decides, with every reason. Plain data: survives CBOR unchanged. */
import type { Acknowledgement, LocalOutcome } from "./command.ts";
import type { Durable } from "./durable.ts";
import type { MinerName, MinerTarget } from "./miner.ts";
import type { Milliseconds, PointName } from "./reading.ts";
import type { Limit, Reason, Request, Scope } from "./reason.ts";
import type { Trip } from "./trip.ts";

/** One word for the screen and for `state`. */
export type Mode = "starting" | "failsafe" | "controlled" | "stopped" | "lockout" | "stopping";

/** What the core makes of a machine. */
export type MinerPhase =
  | "hashing"
  | "curtailing"
  | "asleep"
  | "waking"
  | "trimmed"
  | "unreachable"
  | "defiant"
  | "excluded"
  /** It tells nothing and takes no command: only its meter sees it, only its contactor switches it. */
  | "switched";

export interface MinerView {
  readonly name: MinerName;
  readonly phase: MinerPhase;
  /** Since when the phase holds. */
  readonly since: Milliseconds;
  /** What the core counts for it [W]: measured, reserved peak while waking, or nameplate. */
  readonly accountedWatts: number;
}

/** One branch with everything behind it, beside what its machines tell. */
export interface BranchView {
  readonly name: string;
  readonly parent: string | null;
  /** null while its meter is not good, or there is none [W]. */
  readonly meteredWatts: number | null;
  /** What its machines tell, and the plates of those that tell nothing [W]. */
  readonly machinesWatts: number;
  readonly machines: number;
  /** Of these, the ones that tell their own power. */
  readonly telling: number;
  readonly asleep: number;
  readonly tanks: readonly string[];
  /** Single-phase machines on L1, L2 and L3; null where there are none. */
  readonly onPhases: readonly [number, number, number] | null;
}

export interface Alarm {
  /** `flow-unknown tank-1`: stable while it lasts. */
  readonly name: string;
  readonly severity: "warning" | "alarm";
  readonly reason: Reason;
  readonly since: Milliseconds;
}

export type EventKind =
  | "start"
  | "stop"
  | "mode"
  | "trip"
  | "reset"
  | "alarm"
  | "alarm-cleared"
  | "command"
  | "lockout"
  | "release"
  | "contactor"
  | "miner";

export interface EventRecord {
  readonly kind: EventKind;
  readonly severity: "information" | "warning" | "alarm";
  readonly text: string;
  /** Trip name, command id, machine ... whatever the event is about. */
  readonly subject: string;
}

/** Power of the container as the core believes it. */
export interface PowerBalance {
  /** Metered at the metering point [W]; null while the meter is not good. */
  readonly measuredWatts: number | null;
  /** What counts: never below branches' sum nor 95 % of the machines' own account. */
  readonly accountedWatts: number;
  readonly machinesWatts: number;
  /** Not yet drawn, but promised to waking machines and closing contactors. */
  readonly reservedWatts: number;
  readonly auxiliaryWatts: number;
}

export interface ScopeExplanation {
  readonly scope: Scope;
  readonly binding: Limit;
  /** The next limit behind it; null when there is none. */
  readonly next: Limit | null;
  readonly accountedWatts: number;
  /** What must change for more power, in a sentence. */
  readonly forMore: string;
}

/** Setpoint slot as `state` lists it. */
export interface ActiveSetpoint {
  readonly slot: string;
  readonly id: string;
  readonly kind: "limit" | "target";
  readonly watts: number;
  readonly state: string;
  readonly remainingMilliseconds: number;
  readonly reason: string;
}

/** Schedule as `state` lists it. */
export interface ActiveSchedule {
  readonly source: string;
  readonly id: string;
  /** What it says for this moment; null: nothing before its first level [W]. */
  readonly watts: number | null;
  /** What follows, and when: its next level, or what follows its end. */
  readonly nextWatts: number;
  readonly nextMilliseconds: Milliseconds;
  readonly remainingMilliseconds: Milliseconds;
  readonly reason: string;
}

export interface Availability {
  /** Lowest power that can be held with everything asleep that may sleep [W]. */
  readonly minimumWatts: number;
  /** Highest power that every limit other than remote ones allows with the machines at hand [W]. */
  readonly maximumWatts: number;
}

/** What is done for the frequency of the grid. */
export interface FrequencyView {
  /** Null: not known, or not measured. */
  readonly hertz: number | null;
  /** Stages that hold, counted from the mildest; 0: none. */
  readonly stage: number;
  /** The certified relay; null: there is none. */
  readonly relay: "clear" | "tripped" | null;
  /** From the sample that asked for it to the last command sent, of the newest and of the slowest response; null: there was none [ms]. */
  readonly lastResponseMilliseconds: Milliseconds | null;
  readonly worstResponseMilliseconds: Milliseconds | null;
}

/** A line of the firm-power ledger. */
export interface FirmPower {
  readonly withinSeconds: number;
  /** Surely shed by an order within that time, by proven responses [W]. */
  readonly watts: number;
}

export interface Decision {
  readonly at: Milliseconds;
  readonly mode: Mode;
  readonly limits: readonly Limit[];
  readonly requests: readonly Request[];
  /** The limit that binds the container. */
  readonly binding: Limit;
  /** Ceiling after the ramp [W]: what allocation had to keep. */
  readonly ceilingWatts: number;
  readonly power: PowerBalance;
  readonly availability: Availability;
  /** Absent where the site has nothing for it. */
  readonly frequency?: FrequencyView;
  /** What can be shed, the shortest time first; absent: nobody has worked it out. */
  readonly firm?: readonly FirmPower[];
  readonly minerTargets: Readonly<Record<MinerName, MinerTarget>>;
  /** Replaced machines that a person has accepted in this scan; absent: none. */
  readonly acceptedMiners?: readonly MinerName[];
  readonly miners: readonly MinerView[];
  /** Aligned with the site's branches; absent in recordings that have none. */
  readonly branches?: readonly BranchView[];
  /** Commanded outputs: of a switch 1 energised or closed, 0 not; of a speed reference a number in the unit of its point. */
  readonly outputs: Readonly<Record<PointName, number>>;
  readonly setpoints: readonly ActiveSetpoint[];
  /** Absent where none stands. */
  readonly schedules?: readonly ActiveSchedule[];
  readonly acknowledgements: readonly Acknowledgement[];
  readonly outcomes: readonly LocalOutcome[];
  readonly durable: Durable;
  readonly trips: readonly Trip[];
  readonly alarms: readonly Alarm[];
  readonly events: readonly EventRecord[];
  readonly explanation: readonly ScopeExplanation[];
  /** SIGTERM: everything that had to be shed is shed, the process may end. */
  readonly mayEnd: boolean;
}
