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
   * Phases a meter measures.
   */
  phases?: 1 | 3;
  /**
   * Why nothing of this device may be written, though it could be; shown to who tries.
   */
  readOnly?: string;
  /**
   * How it is reached: rtu is a serial line, tcp Modbus over Ethernet (which lines do not speak).
   *
   * @minItems 1
   */
  transports: ("rtu" | "tcp")[];
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
   * Reads that tell the model: another answer is another device.
   *
   * Items: A read that tells the model.
   */
  identity: {
    /**
     * What is read.
     */
    name: string;
    /**
     * Modbus function that reads it.
     */
    function: 3 | 4;
    /**
     * 0-based, as on the wire.
     */
    address: number;
    /**
     * The number the manual prints.
     */
    manualRegister?: string;
    /**
     * How many registers.
     */
    registers: number;
    /**
     * Right answers; without any the answer is only shown.
     *
     * Items: One right answer.
     */
    expected: {
      /**
       * Raw words as on the wire, hexadecimal.
       */
      raw: string;
      /**
       * What this answer says.
       */
      meaning: string;
    }[];
    /**
     * False where the right answer is inferred: another one is a warning, not a refusal.
     */
    certain: boolean;
    /**
     * What to do about another answer.
     */
    remedy: string;
  }[];
  /**
   * Settings the device must have: another answer is a device to set up.
   *
   * Items: A setting that must be so.
   */
  requirements: {
    /**
     * What is read.
     */
    name: string;
    /**
     * Modbus function that reads it.
     */
    function: 3 | 4;
    /**
     * 0-based, as on the wire.
     */
    address: number;
    /**
     * The number the manual prints.
     */
    manualRegister?: string;
    /**
     * How many registers.
     */
    registers: number;
    /**
     * Right answers; without any the answer is only shown.
     *
     * Items: One right answer.
     */
    expected: {
      /**
       * Raw words as on the wire, hexadecimal.
       */
      raw: string;
      /**
       * What this answer says.
       */
      meaning: string;
    }[];
    /**
     * False where the right answer is inferred: another one is a warning, not a refusal.
     */
    certain: boolean;
    /**
     * What to do about another answer.
     */
    remedy: string;
  }[];
  /**
   * Where the serial number stands: settlement needs it, and it betrays a swapped device.
   */
  serialNumber?: {
    /**
     * Modbus function that reads it.
     */
    function: 3 | 4;
    /**
     * 0-based, as on the wire; with `model`, from that model's header.
     */
    address: number;
    /**
     * The number the manual prints.
     */
    manualRegister?: string;
    /**
     * How many registers.
     */
    registers: number;
    /**
     * number: high word first; text: two characters a register.
     */
    type: "number" | "text";
    /**
     * SunSpec model it belongs to.
     */
    model?: number;
  };
  /**
   * Boards of devices that look alike.
   *
   * Items: A board that this device may need instead.
   */
  variants: {
    /**
     * File name of the other board, without ending.
     */
    board: string;
    /**
     * How commissioning tells them apart.
     */
    tell: string;
  }[];
  /**
   * SunSpec: the map is found by walking its models; addresses of points are offsets from the model's header.
   */
  discovery?: {
    /**
     * Addresses where the marker may stand, in order of trial.
     *
     * @minItems 1
     *
     * Items: 0-based address.
     */
    bases: number[];
    /**
     * Raw words at the base, hexadecimal; the first model's header follows.
     */
    marker: string;
    /**
     * Models this board describes.
     *
     * @minItems 1
     *
     * Items: A model.
     */
    models: {
      /**
       * Model identifier.
       */
      id: number;
      /**
       * Registers after its header.
       */
      lengthRegisters: number;
      /**
       * What it is.
       */
      meaning: string;
    }[];
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
     * The bits of the register that count, hexadecimal; the value is shifted down to its lowest bit.
     */
    mask?: string;
    /**
     * four-quadrant-power-factor: -2 to 2; beyond 1 it is leading (Schneider).
     */
    decoding: "plain" | "four-quadrant-power-factor";
    /**
     * Register with the power of ten of this point (SunSpec), counted like `address`; 8000 is no value.
     */
    scaleFactorAddress?: number;
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
     * How often the device measures it anew, where its maker names that; a response to the frequency needs it.
     */
    refreshMilliseconds?: number;
    /**
     * Modbus function that writes it; without it the point is read only.
     */
    writeFunction?: 5 | 6;
    /**
     * A switch made of control words: value 1 and 0 by the words to write, in order; it reads as 1 where the register holds the last of `on`.
     */
    writeWords?: {
      /**
       * Words that start it.
       *
       * @minItems 1
       *
       * Items: Raw word, hexadecimal.
       */
      on: string[];
      /**
       * Words that stop it.
       *
       * @minItems 1
       *
       * Items: Raw word, hexadecimal.
       */
      off: string[];
      /**
       * Wait after each word.
       */
      pauseMilliseconds: number;
    };
    /**
     * by-site: read only where the site names the channel (an open PT100 input reads 97.7 °C).
     */
    wired: "always" | "by-site";
    /**
     * True: read by `weir read`, and on a site only where `also` or a channel names it.
     */
    detail: boolean;
    /**
     * A setting of the device that this channel needs.
     */
    setting?: {
      /**
       * What is read.
       */
      name: string;
      /**
       * Modbus function that reads it.
       */
      function: 3 | 4;
      /**
       * 0-based, as on the wire.
       */
      address: number;
      /**
       * The number the manual prints.
       */
      manualRegister?: string;
      /**
       * How many registers.
       */
      registers: number;
      /**
       * Right answers; without any the answer is only shown.
       *
       * Items: One right answer.
       */
      expected: {
        /**
         * Raw words as on the wire, hexadecimal.
         */
        raw: string;
        /**
         * What this answer says.
         */
        meaning: string;
      }[];
      /**
       * False where the right answer is inferred: another one is a warning, not a refusal.
       */
      certain: boolean;
      /**
       * What to do about another answer.
       */
      remedy: string;
    };
    /**
     * Marks an energy counter fine enough for settlement.
     */
    settlement?: {
      /**
       * Energy of one count (before a scale factor).
       */
      resolutionWattHours: number;
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
   * Traps and disagreements of sources.
   *
   * Items: A trap, or a disagreement and how it was settled.
   */
  notes?: string[];
}
