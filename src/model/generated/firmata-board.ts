/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * A Firmata board: pins to points.
 */
export interface FirmataBoardFile {
  $schema?: string;
  kind: "firmata";
  /**
   * Arduino model.
   */
  model: string;
  baudRate: number;
  /**
   * Wired pins.
   *
   * @minItems 1
   *
   * Items: One pin.
   */
  points: [
    {
      /**
       * Unit last.
       */
      name: string;
      kind: "thermistor" | "switch" | "relay" | "heartbeat" | "current-loop";
      /**
       * Arduino pin; for analog kinds the analog channel.
       */
      pin: number;
      minimum?: number;
      maximum?: number;
      /**
       * Divider and curve.
       */
      thermistor?: {
        seriesOhms: number;
        nominalOhms: number;
        nominalCelsius: number;
        betaKelvin: number;
      };
      note?: string;
    },
    ...{
      /**
       * Unit last.
       */
      name: string;
      kind: "thermistor" | "switch" | "relay" | "heartbeat" | "current-loop";
      /**
       * Arduino pin; for analog kinds the analog channel.
       */
      pin: number;
      minimum?: number;
      maximum?: number;
      /**
       * Divider and curve.
       */
      thermistor?: {
        seriesOhms: number;
        nominalOhms: number;
        nominalCelsius: number;
        betaKelvin: number;
      };
      note?: string;
    }[]
  ];
  /**
   * @minItems 1
   */
  sources: [string, ...string[]];
  notes?: string[];
}
