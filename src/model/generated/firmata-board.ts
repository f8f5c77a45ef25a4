/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * A Firmata board: pins to points.
 */
export interface FirmataBoardFile {
  /**
   * Path of this schema.
   */
  $schema?: string;
  kind: "firmata";
  /**
   * Arduino model.
   */
  model: string;
  /**
   * Speed of its serial port: StandardFirmata speaks 57600.
   */
  baudRate: number;
  /**
   * Wired pins.
   *
   * @minItems 1
   *
   * Items: One pin.
   */
  points: {
    /**
     * Unit last.
     */
    name: string;
    kind: "thermistor" | "switch" | "relay" | "heartbeat" | "current-loop";
    /**
     * Arduino pin; for analog kinds the analog channel.
     */
    pin: number;
    /**
     * Lowest plausible value, in the unit of the name.
     */
    minimum?: number;
    /**
     * Highest plausible value, in the unit of the name.
     */
    maximum?: number;
    /**
     * Divider and curve.
     */
    thermistor?: {
      /**
       * Fixed resistor of the divider.
       */
      seriesOhms: number;
      /**
       * Resistance of the thermistor at its nominal temperature.
       */
      nominalOhms: number;
      /**
       * Temperature of the nominal resistance.
       */
      nominalCelsius: number;
      /**
       * Beta of the curve.
       */
      betaKelvin: number;
    };
    /**
     * Trap or remark.
     */
    note?: string;
  }[];
  /**
   * Where the numbers come from.
   *
   * @minItems 1
   *
   * Items: Manual, version, page; or measurement.
   */
  sources: string[];
  /**
   * Traps.
   *
   * Items: A trap.
   */
  notes?: string[];
}
