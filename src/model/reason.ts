/** Reasons are made once, in the core, and shown unchanged by telemetry, the shell, the event log and the report. */

/** Stable codes, append-only; each has one sentence in `sentenceOf`'s callers' `text`. */
export type ReasonCode =
  | "rated-power"
  | "breaker-continuous"
  | "breaker-meter-lost"
  | "meter-below-account"
  | "coolant-derate"
  | "coolant-trip"
  | "coolant-unknown"
  | "flow-lost"
  | "flow-unknown"
  | "pump-not-running"
  | "leak"
  | "leak-unknown"
  | "level-low"
  | "level-unknown"
  | "miner-inlet-hot"
  | "contactor-open"
  | "contactor-welded"
  | "contactor-worn"
  | "trip-latched"
  | "setpoint"
  | "self-test"
  | "setpoint-expired"
  | "group-setpoint"
  | "remote-stop"
  | "failsafe-start"
  | "failsafe-heartbeat"
  | "lockout"
  | "start-hold"
  | "store-unreadable"
  | "restart-loop"
  | "stopping"
  | "ramp-up"
  | "target"
  | "sensors-disagree"
  | "sensor-lost"
  | "sensor-latched"
  | "breaker-overload"
  | "machines-unreachable"
  | "machines-defiant"
  | "machines-excluded"
  | "second-controller"
  | "store-behind"
  | "breaker-heat"
  | "contract-power"
  | "protected-load"
  | "protected-load-unknown"
  | "meter-implausible"
  | "meter-transformer"
  | "meter-frozen"
  | "meter-energy"
  | "pump-flow-disagree"
  | "branch-drift"
  | "drive-fault"
  | "drive-stands"
  | "generator-underloaded"
  | "generator-frequency"
  | "frequency-unknown"
  | "smoke"
  | "smoke-unknown"
  | "talks-unasked"
  | "phase-imbalance"
  | "frequency-droop"
  | "frequency-stage"
  | "frequency-relay"
  | "frequency-slow"
  | "grid-frequency-unknown"
  | "schedule"
  | "schedule-end"
  | "exposure"
  | "coolant-rising"
  | "coolant-hold"
  | "coolant-difference"
  | "coolant-difference-trip"
  | "coolant-difference-unknown"
  | "coolant-reversed"
  | "warm-up"
  | "cooling-capacity"
  | "cooling-prerun"
  | "pump-standby"
  | "fan-not-running"
  | "heat-request"
  | "trim-refused";

export interface Reason {
  readonly code: ReasonCode;
  /** One sentence in a technician's words, with the figures: "Tank 1 is at 57.2 °C; above 52 °C power is derated." */
  readonly text: string;
}

/** What a ceiling or a request covers. */
export type Scope =
  | "container"
  | `branch/${string}`
  | `phase/${string}`
  | `coolingLoop/${string}`
  | `tank/${string}`
  | `miner/${string}`;

export type LimitSource =
  | "site"
  | "envelope"
  | "trip"
  | "dispatch"
  | "group"
  | "operator"
  | "failsafe"
  | "lockout"
  | "start"
  | "stop"
  | "ramp"
  | "frequency";

/** A ceiling on the power of a scope. The effective ceiling is the minimum over all of them. */
export interface Limit {
  readonly scope: Scope;
  readonly ceilingWatts: number;
  /** How soon the scope must be below [ms]; 0: at once, by shedding. */
  readonly withinMilliseconds: number;
  readonly source: LimitSource;
  readonly reason: Reason;
  /** Steepest way down for what is not safety [W/s]; absent: the site's own. */
  readonly rampDownWattsPerSecond?: number;
  /** A target: a wish as well, which heat that is asked for may lift. */
  readonly follows?: true;
  /** An ordinary order: machines still within their minimum on-time are left running for it. */
  readonly patient?: true;
}

/** A wish below all limits: `follow` is a target to be reached from below, `atLeast` a floor to be held if it can. */
export interface Request {
  readonly scope: Scope;
  readonly watts: number;
  readonly kind: "follow" | "atLeast";
  readonly source: "dispatch" | "operator" | "heat" | "frequency" | "site";
  readonly reason: Reason;
}
