/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * One container: what is wired where, and the limits it must keep.
 */
export interface SiteFile {
  version: 1;
  /**
   * Container: equals the client certificate's name; unique in the fleet.
   */
  container: string;
  /**
   * Site, first part of the group topics.
   */
  site: string;
  /**
   * Groups, for dispatch's own use.
   *
   * Items: Group.
   */
  groups: string[];
  /**
   * Highest net import at the metering point.
   */
  ratedWatts: number;
  /**
   * Drawn with every machine asleep.
   */
  minimumWatts: number;
  /**
   * Contract power: the mean over each demand interval stays below it.
   */
  contract?: {
    /**
     * Contracted mean.
     */
    watts: number;
    /**
     * Length of the interval, counted from the full hour.
     */
    intervalMinutes: 15 | 30;
  };
  /**
   * A generator of our own instead of a grid.
   */
  generator?: {
    /**
     * Its rating.
     */
    ratedWatts: number;
    /**
     * Most that may be added within one gap.
     */
    largestStepUpWatts: number;
    /**
     * Most that orders may take off within one gap; safety takes off more.
     */
    largestStepDownWatts: number;
    /**
     * Time it needs to settle after a step.
     */
    stepGapSeconds: number;
    /**
     * Less than this is told as a warning.
     */
    minimumLoadWatts: number;
    /**
     * Machines that take longer to shed, by their proven response, stay asleep, but for what the hardest stage keeps; default: none does.
     */
    shedWithinSeconds?: number;
    /**
     * Stages of load that give way when its frequency falls.
     */
    frequency?: {
      /**
       * Its frequency.
       */
      point: string;
      /**
       * Older readings count as bad.
       */
      maximumAgeSeconds: number;
      /**
       * From the mildest to the hardest.
       *
       * @minItems 1
       * @maxItems 8
       *
       * Items: One stage.
       */
      stages: {
        /**
         * Below this.
         */
        belowHertz: number;
        /**
         * For this long.
         */
        confirmSeconds: number;
        /**
         * Share of the rating that may stay.
         */
        keepRatio: number;
      }[];
      /**
       * The stages end above this,
       */
      restoreAboveHertz: number;
      /**
       * held for this long.
       */
      restoreSeconds: number;
    };
  };
  /**
   * What the container does for the frequency of its grid; nothing without it.
   */
  frequency?: {
    /**
     * A response of its own, by a transducer that measures anew at least every 100 ms.
     */
    response?: {
      /**
       * The frequency; its board must say how often the transducer measures anew.
       */
      point: string;
      /**
       * Older readings count as bad.
       */
      maximumAgeSeconds: number;
      /**
       * Nominal frequency.
       */
      nominalHertz: 50 | 60;
      /**
       * Within this of nominal nothing is done.
       */
      deadbandHertz: number;
      /**
       * Change of frequency, as a share of nominal, that moves the whole rated power; 0: no droop.
       */
      droopRatio: number;
      /**
       * Kept free of the rated power, for more load when the frequency is high.
       */
      headroomWatts: number;
      /**
       * Under-frequency stages, from the mildest to the hardest.
       *
       * @maxItems 8
       *
       * Items: One stage.
       */
      stages: {
        /**
         * Below this.
         */
        belowHertz: number;
        /**
         * For this long.
         */
        confirmSeconds: number;
        /**
         * Share that may stay of what was drawn as the frequency fell.
         */
        keepRatio: number;
      }[];
      /**
       * Stages come back above this, held for the hold; default: the lower end of the deadband.
       */
      restoreAboveHertz?: number;
      /**
       * Before the first stage comes back, the container's own jitter on top.
       */
      holdSeconds: number;
      /**
       * Between one stage that comes back and the next.
       */
      returnSeconds: number;
      /**
       * From the sample to the last command; slower is told as a warning.
       */
      respondWithinSeconds: number;
    };
    /**
     * A certified under-frequency relay: it trips by itself, weir sheds with it and restarts nothing before its release.
     */
    relay?: {
      /**
       * Normally closed contact: 1 is not tripped.
       */
      clear: string;
      /**
       * What may be drawn while it is tripped.
       */
      keepWatts: number;
    };
  };
  /**
   * system: trusted when the kernel says synchronised; always: for tests and the demo.
   */
  clock: "system" | "always";
  /**
   * How fast the container may move.
   */
  ramp: {
    /**
     * Steepest way up.
     */
    upWattsPerSecond: number;
    /**
     * Steepest way down, where safety does not ask for more.
     */
    downWattsPerSecond: number;
    /**
     * Most that may be added within an interval (closing contactors and waking machines at their start peaks), as the grid connection or the inrush demands it; absent: ramp and staggered starts alone.
     */
    largestStepUp?: {
      /**
       * At most this, start peaks included.
       */
      watts: number;
      /**
       * Within any interval this long.
       */
      intervalSeconds: number;
    };
  };
  /**
   * Without dispatcher.
   */
  failsafe: {
    /**
     * Ceiling while no dispatcher is heard.
     */
    limitWatts: number;
    /**
     * Dispatcher counts as lost after this.
     */
    heartbeatTimeoutSeconds: number;
    /**
     * Entry is delayed by a fixed share of this, so that a fleet never moves as one.
     */
    jitterSeconds: number;
  };
  /**
   * Times of the core; the defaults are for real hardware.
   */
  times: {
    /**
     * After the start, how long running machines are left alone while the image completes.
     */
    startHoldSeconds: number;
    /**
     * A bad point counts again after this long of good values.
     */
    goodAgainSeconds: number;
    /**
     * A trip may be reset this long after it rose, at the earliest.
     */
    coolDownSeconds: number;
    /**
     * A contactor stays open for at least this long.
     */
    contactorRecloseSeconds: number;
    /**
     * Interval of staggered starts.
     */
    startIntervalSeconds: number;
    /**
     * At most this many machines are woken in each interval.
     */
    startsPerInterval: number;
    /**
     * A woken machine stays on for at least this long, unless safety or an emergency wants it asleep.
     */
    minimumOnSeconds: number;
    /**
     * A machine put to sleep stays asleep for at least this long.
     */
    minimumOffSeconds: number;
    /**
     * Lost flow proof: the branch must be below 10 % after this, or its contactor opens.
     */
    shedProofSeconds: number;
  };
  /**
   * Link to central dispatch.
   */
  broker?: {
    /**
     * mqtts://host:port; mqtt:// only to 127.0.0.1.
     */
    url: string;
    /**
     * PEM.
     */
    caFile?: string;
    /**
     * PEM.
     */
    certificateFile?: string;
    /**
     * PEM, mode 0600.
     */
    keyFile?: string;
    /**
     * Interval of telemetry.
     */
    telemetrySeconds: number;
  };
  /**
   * Serial port of the debug shell.
   */
  console?: {
    /**
     * Device path.
     */
    port: string;
    /**
     * Speed.
     */
    baudRate: number;
  };
  /**
   * Output that toggles with each good scan.
   */
  heartbeatOutput?: string;
  /**
   * Output of a lamp: on while an alarm lasts that is more than a warning.
   */
  alarmLamp?: string;
  /**
   * Energy counter that settlement uses: an integer register of a meter that tells its serial number.
   */
  settlementEnergy?: string;
  /**
   * Smoke detectors of the container.
   *
   * Items: Normally closed contact: 1 is clear.
   */
  smokeClear: string[];
  /**
   * Cooling outputs besides the pumps: kept on.
   *
   * Items: Output of a fan or dry cooler.
   */
  fans: string[];
  /**
   * Serial lines.
   *
   * Items: One serial line, with exactly one owner.
   */
  lines: {
    /**
     * Line name.
     */
    name: string;
    /**
     * Device path, best below /dev/serial/by-id.
     */
    port: string;
    /**
     * Speed of the line.
     */
    baudRate: number;
    parity: "none" | "even" | "odd";
    stopBits: 1 | 2;
    /**
     * Devices on the line.
     *
     * @minItems 1
     *
     * Items: One Modbus device on a line.
     */
    devices: {
      /**
       * Device name; first half of its points' names.
       */
      name: string;
      /**
       * File name in boards/, without folder and ending.
       */
      board: string;
      /**
       * Modbus unit address.
       */
      address: number;
      /**
       * How often its points are read; default: the board's.
       */
      pollMilliseconds?: number;
      /**
       * Silence before each request to it; default: the board's.
       */
      minimumGapMilliseconds?: number;
      /**
       * Longest wait for the first byte of a reply; default: the board's.
       */
      responseTimeoutMilliseconds?: number;
      /**
       * True turns the sign of power and current and exchanges imported and exported energy (reversed current transformers that cannot be turned).
       */
      invert: boolean;
      /**
       * Multiplies current, power and energy (current transformer ratio the meter does not know).
       */
      ratio: number;
      /**
       * Multiplies voltage, power and energy (voltage transformer ratio the meter does not know). Without it: 1.
       */
      voltageRatio?: number;
      /**
       * Further points of the board to read: those marked `detail`.
       *
       * Items: Point of the board file.
       */
      also?: string[];
      /**
       * Numbers to keep written: a drive's speed reference.
       *
       * Items: A number to keep written and read back.
       */
      setpoints?: {
        /**
         * Writable point of the board file.
         */
        point: string;
        /**
         * In the unit of the point.
         */
        value: number;
      }[];
      /**
       * Wired channels, for boards whose inputs are free; without it every point of the board is read.
       *
       * Items: One wired channel of a board: only wired channels are read.
       */
      channels?: {
        /**
         * Point of the board file.
         */
        point: string;
        /**
         * Name at this site, unit last.
         */
        name: string;
        /**
         * Straight line from the board's value to the site's.
         */
        scaling?: {
          /**
           * Two board values, for example 4 and 20 mA.
           *
           * @minItems 2
           * @maxItems 2
           */
          from: [number, number];
          /**
           * What they mean in the unit of the point's name.
           *
           * @minItems 2
           * @maxItems 2
           */
          to: [number, number];
        };
        /**
         * Added to the scaled value: what calibration found, in the unit of the name.
         */
        correction?: number;
        /**
         * Lowest plausible value, in the unit of the name.
         */
        minimum?: number;
        /**
         * Highest plausible value, in the unit of the name.
         */
        maximum?: number;
        /**
         * How often it is read.
         */
        pollMilliseconds?: number;
      }[];
    }[];
  }[];
  /**
   * Firmata boards.
   *
   * Items: One Firmata board on its own serial port.
   */
  firmata: {
    /**
     * Board name; first half of its points' names.
     */
    name: string;
    /**
     * Device path.
     */
    port: string;
    /**
     * File name in boards/firmata, without ending.
     */
    board: string;
  }[];
  /**
   * Feeder tree.
   *
   * @minItems 1
   *
   * Items: A node of the feeder tree; the one without parent is the metering point.
   */
  branches: {
    /**
     * Branch name.
     */
    name: string;
    /**
     * The branch that feeds it.
     */
    parent?: string;
    /**
     * Rating of its breaker.
     */
    breakerAmperes: number;
    /**
     * Its breaker trips after this at twice its rating, from cold (the maker's curve); default: by its size.
     */
    doubleCurrentTripSeconds?: number;
    /**
     * What hot air takes off its breaker, from the maker's table; absent: nothing.
     */
    derating?: {
      /**
       * Air around it; absent: the hottest counts.
       */
      point?: string;
      /**
       * Older readings count as bad.
       */
      maximumAgeSeconds: number;
      /**
       * Carries its whole rating up to here (40 on most frames).
       */
      calibratedCelsius: number;
      /**
       * Share of its rating lost for each kelvin above.
       */
      lossPerKelvinRatio: number;
      /**
       * Hottest air it will ever stand in: counts while none is measured.
       */
      hottestCelsius: number;
    };
    /**
     * Share of the breaker that may flow continuously (NEC: 0.8).
     */
    continuousRatio: number;
    /**
     * Line to neutral.
     */
    nominalVolts: number;
    phases: 1 | 3;
    /**
     * Device that meters it.
     */
    meter?: string;
    /**
     * Older readings count as bad.
     */
    meterMaximumAgeSeconds: number;
    /**
     * Its contactor; held closed by weir, in series with the heartbeat relay.
     */
    contactor?: {
      /**
       * 1 holds it closed.
       */
      output: string;
      /**
       * Auxiliary contact: 1 is closed.
       */
      feedback: string;
      /**
       * Operations its maker rates it for at this load; from nine tenths on a person is told.
       */
      ratedOperations?: number;
    };
    /**
     * A load that must never be interrupted (AI racks); nothing else is behind this branch. Room is kept free for its rises.
     */
    protectedLoad?: {
      /**
       * Most it can draw: counts while its meter is not good.
       */
      ratedWatts: number;
      /**
       * Fastest rise measured, within the time the slowest machine needs to sleep; default: its rating. A faster one that is seen counts.
       */
      riseWatts?: number;
    };
    /**
     * Loads on this very branch that are not machines, from their plates.
     */
    auxiliaryWatts: number;
  }[];
  /**
   * Tanks.
   *
   * @minItems 1
   *
   * Items: One immersion tank.
   */
  tanks: {
    /**
     * Tank name.
     */
    name: string;
    /**
     * Hot-side coolant temperature.
     */
    coolant: {
      /**
       * Voted sensors, on different modules.
       *
       * @minItems 1
       *
       * Items: A hot-side sensor.
       */
      sensors: string[];
      /**
       * Above this power is lowered, to nothing at the trip.
       */
      derateCelsius: number;
      /**
       * The tank's machines sleep and the trip latches.
       */
      tripCelsius: number;
      /**
       * The trip may be reset below this.
       */
      releaseCelsius: number;
      /**
       * Older readings count as bad.
       */
      maximumAgeSeconds: number;
    };
    /**
     * Coolant as it comes back from the heat exchanger: with the hot side it tells what the flow carries.
     */
    inlet?: {
      /**
       * Inlet sensor.
       */
      point: string;
      /**
       * Above this difference of hot side and inlet power is lowered, to nothing at the trip.
       */
      derateKelvin: number;
      /**
       * At this difference the tank's machines sleep and the trip latches.
       */
      tripKelvin: number;
      /**
       * Older readings count as bad.
       */
      maximumAgeSeconds: number;
    };
    /**
     * Cold coolant is thick: less of it flows. Without this section the full flow is asked for at every temperature.
     */
    warmUp?: {
      /**
       * Up to this the smaller flow and the smaller power count.
       */
      coldCelsius: number;
      /**
       * From this on the tank is judged as usual.
       */
      warmCelsius: number;
      /**
       * Flow that is enough for the smaller power: measured on a cold morning.
       */
      coldLitersPerMinute: number;
      /**
       * Power that cold coolant is warmed with at most.
       */
      watts: number;
    };
    /**
     * Flow proof.
     */
    flow?: {
      /**
       * Flow meter.
       */
      point: string;
      /**
       * Below this flow is not proven.
       */
      minimumLitersPerMinute: number;
      /**
       * Without proof for this long the tank is shed.
       */
      proofSeconds: number;
      /**
       * Older readings count as bad.
       */
      maximumAgeSeconds: number;
    };
    /**
     * Circulation pump.
     */
    pump?: {
      /**
       * 1 runs it.
       */
      output?: string;
      /**
       * 1: running.
       */
      feedback?: string;
      /**
       * Branch that feeds the pump.
       */
      branch?: string;
      /**
       * A second pump: takes over when the first does not run or nothing flows.
       */
      standby?: {
        /**
         * 1 runs it.
         */
        output: string;
        /**
         * 1: running.
         */
        feedback?: string;
      };
      /**
       * The pump runs on for this long once every machine of the tank sleeps, then rests until one may wake; default: it never rests.
       */
      afterRunSeconds?: number;
    };
    /**
     * Leak detectors.
     *
     * Items: Normally closed contact: 1 is dry.
     */
    leakDry: string[];
    /**
     * Coolant level.
     */
    level?: {
      /**
       * Level sensor.
       */
      point: string;
      /**
       * Below this the tank is shed.
       */
      minimumPercent: number;
      /**
       * Older readings count as bad.
       */
      maximumAgeSeconds: number;
    };
    /**
     * hard-wired: a flow switch or thermostat stands in the contactors' coil circuit.
     */
    interlock: "hard-wired" | "none";
  }[];
  /**
   * Dry coolers with their fans and tanks. Without this section every fan of `fans` runs all the time.
   *
   * Items: Tanks that share a dry cooler.
   */
  coolingLoops: {
    /**
     * Loop name.
     */
    name: string;
    /**
     * Its tanks.
     *
     * @minItems 1
     *
     * Items: A tank.
     */
    tanks: string[];
    /**
     * Air at the cooler, in the shade.
     */
    ambient?: {
      /**
       * Air sensor.
       */
      point: string;
      /**
       * Older readings count as bad.
       */
      maximumAgeSeconds: number;
    };
    /**
     * The hottest air the cooler is built for: counts while the air is not known.
     */
    hottestAmbientCelsius: number;
    /**
     * Its fans; named here and not in the container's `fans`.
     *
     * @minItems 1
     *
     * Items: One fan, or one group that is switched together.
     */
    fans: {
      /**
       * 1 runs it.
       */
      output?: string;
      /**
       * Speed reference of its drive.
       */
      speed?: string;
      /**
       * 1: running.
       */
      feedback?: string;
    }[];
    /**
     * What one fan at full speed adds to the cooler, from its data sheet.
     */
    fanWattsPerKelvin: number;
    /**
     * The cooler with all its fans standing.
     */
    stillWattsPerKelvin: number;
    /**
     * Heat exchangers of all its tanks together, coolant to loop.
     */
    exchangerWattsPerKelvin: number;
    /**
     * Hot-side coolant temperature that the fans keep.
     */
    targetCelsius: number;
    /**
     * A fan with a drive never turns more slowly than this.
     */
    minimumFanPercent: number;
    /**
     * A customer of the heat.
     */
    heat?: {
      /**
       * Customer.
       */
      name: string;
      /**
       * Water to the customer.
       */
      supply: string;
      /**
       * Older readings count as bad.
       */
      maximumAgeSeconds: number;
      /**
       * Contact of the customer: 1 asks for heat.
       */
      ready: string;
      /**
       * Three-way valve: a position in percent or a switch; full to the customer, 0 to the dry cooler, where its spring leads too.
       */
      valve: string;
      /**
       * Water temperature the customer wants.
       */
      wantedCelsius: number;
      /**
       * The most the customer can take.
       */
      mostWatts: number;
    };
  }[];
  /**
   * Where `weir doctor` looks for machines besides the addresses of the rows; nothing is commanded there.
   *
   * @maxItems 8
   *
   * Items: A range `192.168.10.1-192.168.10.50` or a subnet `192.168.10.0/24`.
   */
  searchAddresses: string[];
  /**
   * Machines.
   *
   * @minItems 1
   *
   * Items: A row of machines of one model.
   */
  miners: {
    /**
     * Name of the machine, or prefix when a range is given: `a` with 50 addresses makes a-001 to a-050.
     */
    name: string;
    /**
     * File name in boards/miners, without ending.
     */
    model: string;
    /**
     * IPv4 address, a range `127.10.1.1-127.10.1.50`, or a subnet `127.10.1.0/26`.
     */
    addresses: string;
    /**
     * TCP port, where it is not the dialect's own.
     */
    port?: number;
    /**
     * TCP port of the machine's web server, where it is not the dialect's own.
     */
    webPort?: number;
    /**
     * Tank the machines hang in.
     */
    tank?: string;
    /**
     * Branch that feeds them.
     */
    branch?: string;
    /**
     * Phase of single-phase machines; rotate: 1, 2, 3, 1 ...
     */
    phase?: 1 | 2 | 3 | "rotate";
    /**
     * Entry of the secrets file.
     */
    credentials: string;
    /**
     * Site figures that replace the model's.
     */
    overrides: {
      /**
       * Rated wall power.
       */
      ratedWatts?: number;
      /**
       * Highest power while waking.
       */
      peakWakeWatts?: number;
      /**
       * Power asleep.
       */
      asleepWatts?: number;
      /**
       * Rated hashrate.
       */
      ratedTerahashesPerSecond?: number;
      /**
       * Proven time from command to a tenth of the power.
       */
      sleepSeconds?: number;
      /**
       * From command until power has settled.
       */
      wakeSeconds?: number;
      /**
       * Highest coolant inlet the machine may see.
       */
      maximumInletCelsius?: number;
      /**
       * Whether a machine that hashed when its power was cut hashes again by itself when it returns. Must be told where a contactor stands above it.
       */
      hashesAfterPowerCycle?: boolean;
      /**
       * Lowest limit the firmware takes; with limitSettleSeconds it lets weir trim the machine.
       */
      minimumLimitWatts?: number;
      /**
       * From a new limit until power has settled under it.
       */
      limitSettleSeconds?: number;
      /**
       * Whether a new limit restarts mining.
       */
      limitRestartsMining?: boolean;
    };
  }[];
  /**
   * YAML with the miners' credentials, mode 0600; relative to the site file.
   */
  secretsFile?: string;
}
