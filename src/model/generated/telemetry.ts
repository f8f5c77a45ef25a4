/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * The figures of one moment: topic telemetry; a CBOR map with the integer keys of keys.json; a missing key or null: no good value.
 */
export interface TelemetryMessage {
  /**
   * Contract version.
   */
  version: 1;
  /**
   * 128-bit random number of this start, lower-case hexadecimal; other than before: everything ended.
   */
  boot: string;
  /**
   * Grows by one with every telemetry of a boot; a gap is a loss.
   */
  sequence: number;
  /**
   * Wall clock [ms since 1970].
   */
  at: number;
  /**
   * 1: `at` may be believed.
   */
  clockTrusted: 0 | 1;
  /**
   * As in state.
   */
  mode: string;
  /**
   * Metered at the metering point.
   */
  powerWatts?: number;
  /**
   * What the core counts.
   */
  accountedWatts: number;
  /**
   * The machines' own account.
   */
  machinesWatts: number;
  /**
   * Promised to waking machines and closing contactors.
   */
  reservedWatts: number;
  /**
   * Pumps, fans, controls.
   */
  auxiliaryWatts: number;
  /**
   * After the ramp.
   */
  ceilingWatts: number;
  /**
   * Code of the reason that binds.
   */
  binding: string;
  /**
   * The lowest setpoint in force; absent: none.
   */
  setpointId?: string;
  /**
   * Its figure.
   */
  setpointWatts?: number;
  /**
   * Availability: lowest power that can be held.
   */
  minimumWatts: number;
  /**
   * Availability: highest power local limits allow.
   */
  maximumWatts: number;
  /**
   * Of all machines that tell it.
   */
  hashrateTerahashesPerSecond?: number;
  /**
   * Count by phase, in the order of keys.json's phases.
   *
   * Items: Count.
   */
  machines: number[];
  /**
   * Latched trips.
   */
  trips: number;
  /**
   * Standing alarms of severity alarm.
   */
  alarms: number;
  /**
   * Line to neutral at the metering point, L1 to L3.
   *
   * Items: null: no good value.
   */
  voltageDecivolts?: (number | null)[];
  /**
   * At the metering point, L1 to L3.
   *
   * Items: null: no good value.
   */
  currentDeciamperes?: (number | null)[];
  /**
   * Hottest good hot-side sensor, by tank.
   *
   * Items: null: no good value.
   */
  coolantCentidegrees?: (number | null)[];
  /**
   * By tank.
   *
   * Items: null: no good value.
   */
  flowMillilitersPerSecond?: (number | null)[];
  /**
   * Every point of birth's list, times its scale.
   *
   * Items: null: no good value.
   */
  points?: (number | null)[];
}
