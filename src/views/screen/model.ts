/** Everything the screen may show, as plain data: made from telemetry and the local socket, never from the physics. */

/** What became of one sampling second. Null: nothing good was heard. */
export interface PowerSample {
  readonly watts: number | null;
  readonly ceilingWatts: number | null;
}

export interface TankModel {
  readonly name: string;
  readonly coolantCelsius: number | null;
  readonly derateCelsius: number;
  readonly tripCelsius: number;
  readonly flowLitersPerMinute: number | null;
  readonly minimumLitersPerMinute: number | null;
  readonly levelPercent: number | null;
  readonly pumpRunning: boolean | null;
  readonly contactorClosed: boolean | null;
  /** False: a leak or a cut cable. */
  readonly dry: boolean | null;
  readonly watts: number | null;
  /** Name of what stands tripped, `flow`; null while nothing is. */
  readonly trip: string | null;
  /** One a second, oldest first [°C]. */
  readonly history: readonly (number | null)[];
}

export interface MachineModel {
  readonly name: string;
  readonly tank: string;
  readonly phase: string;
}

export type Severity = "information" | "warning" | "alarm";

export interface EventModel {
  /** Since the screen began [s]. */
  readonly seconds: number;
  readonly severity: Severity;
  readonly text: string;
}

export interface WireModel {
  readonly name: string;
  readonly state: "good" | "unsure" | "lost";
  readonly note: string;
}

export interface SetpointModel {
  readonly slot: string;
  readonly kind: string;
  readonly watts: number;
  readonly state: string;
  readonly remainingSeconds: number;
  readonly reason: string;
}

export interface KeyModel {
  readonly key: string;
  readonly label: string;
}

export interface ScreenModel {
  readonly container: string;
  /** Since the screen began [s]. */
  readonly seconds: number;
  readonly mode: string;
  readonly broker: "online" | "lost";
  readonly socket: "online" | "lost";
  readonly ratedWatts: number;
  /** At the meter. Null: the meter is not good. */
  readonly watts: number | null;
  readonly ceilingWatts: number | null;
  readonly reservedWatts: number | null;
  readonly auxiliaryWatts: number | null;
  readonly terahashesPerSecond: number | null;
  readonly history: readonly PowerSample[];
  /** Which limit binds and why, in a sentence. */
  readonly binding: string;
  /** What must change for more power; empty where unknown. */
  readonly forMore: string;
  readonly tanks: readonly TankModel[];
  readonly machines: readonly MachineModel[];
  readonly setpoints: readonly SetpointModel[];
  /** Newest last. */
  readonly events: readonly EventModel[];
  readonly wires: readonly WireModel[];
  /** What the demo is doing, in a sentence; empty outside of it. */
  readonly story: string;
  readonly keys: readonly KeyModel[];
}

/** How the terminal wants it. */
export interface ScreenStyle {
  readonly colour: boolean;
  /** Only characters below 128. */
  readonly ascii: boolean;
}
