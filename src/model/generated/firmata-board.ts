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
   * Whose pins these are.
   */
  arduino: "uno" | "nano" | "mega2560";
  /**
   * Board and firmware, as a person calls them.
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
    /**
     * one-wire is a DS18B20; the firmware must be ConfigurableFirmata with OneWire.
     */
    kind: "thermistor" | "switch" | "relay" | "heartbeat" | "current-loop" | "one-wire";
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
     * Shunt of a 4 to 20 mA input, and what its current means.
     */
    currentLoop?: {
      /**
       * Between the analog input and ground; at a supply of 5 V more than 236 Ω hides a current above 21 mA.
       */
      shuntOhms: number;
      /**
       * Measured between 5V and GND of the board under load: its converter compares with it.
       */
      supplyVolts: number;
      /**
       * Values at 4 mA and at 20 mA, in the unit of the name; without it the name is in Milliamperes.
       *
       * @minItems 2
       * @maxItems 2
       */
      range?: [number, number];
    };
    /**
     * ROM code of a DS18B20, family code first; needed where several share a pin.
     */
    romCode?: string;
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
