/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * A Modbus device as data; every number with its source.
 */
export interface BoardFile {
  /**
   * Path of this schema.
   */
  $schema?: string;
  kind: "meter" | "sensor" | "io" | "drive";
  /**
   * Maker.
   */
  vendor: string;
  /**
   * Model.
   */
  model: string;
  /**
   * As delivered.
   */
  serial?: {
    /**
     * Settable speeds.
     */
    baudRates?: number[];
    /**
     * Speed as delivered.
     */
    defaultBaudRate?: number;
    defaultParity?: "none" | "even" | "odd";
    defaultStopBits?: 1 | 2;
    /**
     * Unit address as delivered.
     */
    defaultAddress?: number;
    /**
     * Remark on the serial settings.
     */
    note?: string;
  };
  /**
   * Most registers (or coils) in one request.
   */
  maximumRegisters: number;
  /**
   * Start and count must be multiples of it.
   */
  alignmentRegisters: number;
  /**
   * Silence the device wants before a request.
   */
  minimumGapMilliseconds: number;
  /**
   * Longest wait for the first byte of a reply.
   */
  responseTimeoutMilliseconds: number;
  /**
   * Refresh or averaging of the instrument: subtracted from the time of sampling.
   */
  averagingMilliseconds: number;
  /**
   * Default poll.
   */
  pollMilliseconds: number;
  /**
   * Word order of points that do not name their own.
   */
  defaultWordOrder: "high-first" | "low-first";
  /**
   * A read that proves device and word order.
   */
  probe?: {
    /**
     * Point name.
     */
    point: string;
    /**
     * Lowest value that proves it, in the unit of the point.
     */
    minimum: number;
    /**
     * Highest value that proves it, in the unit of the point.
     */
    maximum: number;
    /**
     * Why this proves the device.
     */
    note?: string;
  };
  /**
   * Points.
   *
   * @minItems 1
   *
   * Items: One point of the device.
   */
  points: {
    /**
     * Unit last: powerWatts, input1Celsius; contacts without unit: input1.
     */
    name: string;
    /**
     * Modbus function that reads it.
     */
    function: 1 | 2 | 3 | 4;
    /**
     * 0-based, as on the wire.
     */
    address: number;
    /**
     * The number the manual prints.
     */
    manualRegister?: string;
    /**
     * How the registers are read.
     */
    type: "uint16" | "int16" | "uint32" | "int32" | "uint64" | "int64" | "float32" | "bit";
    /**
     * Where it is not the board's own.
     */
    wordOrder?: "high-first" | "low-first";
    /**
     * value = raw * scale + offset.
     */
    scale: number;
    /**
     * Added after scaling.
     */
    offset: number;
    /**
     * Lowest plausible value.
     */
    minimum?: number;
    /**
     * Highest plausible value.
     */
    maximum?: number;
    /**
     * Raw patterns that mean no value.
     *
     * Items: Raw words, hexadecimal.
     */
    invalid: string[];
    /**
     * How often it is read, unless the site says otherwise.
     */
    pollMilliseconds?: number;
    /**
     * Modbus function that writes it; without it the point is read only.
     */
    writeFunction?: 5 | 6;
    /**
     * by-site: read only where the site names the channel (an open PT100 input reads 97.7 °C).
     */
    wired: "always" | "by-site";
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
   * Traps and disagreements of sources.
   *
   * Items: A trap, or a disagreement and how it was settled.
   */
  notes?: string[];
}
