/** What a wire told us: a value with its quality and the moment it was sampled. */

/** Time on the monotonic clock of this process [ms]; never wall-clock time. */
export type Milliseconds = number;

/** Name of a point, `device/quantityUnit` (`feeder-meter/powerWatts`): the same string in board, code and topic. */
export type PointName = string;

/** Why a reading is bad. Stable codes: they reach telemetry, the shell and the event log. */
export type Fault =
  | "not-read-yet"
  | "no-reply"
  | "bad-frame"
  | "refused-by-device"
  | "identity-unproven"
  | "line-lost"
  | "board-silent"
  | "broken-sensor"
  | "no-value"
  | "out-of-range"
  | "stale"
  | "implausible"
  | "settling"
  | "latched-bad";

/** `at` is when the quantity was sampled: the start of the request less the instrument's averaging time. */
export type Reading =
  | { readonly quality: "good"; readonly value: number; readonly at: Milliseconds }
  | { readonly quality: "bad"; readonly fault: Fault; readonly at: Milliseconds };

/** Contacts are 1 (closed, energised) or 0; everything else carries the unit of its name. */
export type Readings = Readonly<Record<PointName, Reading>>;
