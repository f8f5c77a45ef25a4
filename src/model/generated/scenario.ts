/** Generated from schemas/ by `npm run generate`; change the schema, not this file. */

/**
 * A closed-loop run in virtual time: the core against a simulated container, what happens to it, and what must come out.
 */
export interface ScenarioFile {
  version: 1;
  /**
   * Name, as its file's.
   */
  name: string;
  /**
   * What it shows.
   */
  description: string;
  /**
   * The container: a site file, or figures to build one; `weir simulate --site` replaces it.
   */
  site: {
    /**
     * Site file, from this file's folder.
     */
    file?: string;
    /**
     * A container built from figures: one branch with meter and contactor for each tank, below one feeder; real times.
     */
    builder?: {
      /**
       * Tanks.
       */
      tanks: number;
      /**
       * Machines in each tank.
       */
      machinesPerTank: number;
      /**
       * Of the tanks the last so many hold machines without any interface: only their contactor switches them.
       */
      tanksWithoutCommands: number;
      /**
       * Coolant sensors of each tank.
       */
      sensorsPerTank: number;
      /**
       * Rated power of the container; default: what all machines and auxiliaries draw.
       */
      ratedWatts?: number;
      /**
       * Without dispatcher; default: a third of rated.
       */
      failsafeWatts?: number;
      /**
       * Full load of a branch as a share of its breaker's continuous current.
       */
      breakerShareRatio: number;
      /**
       * Machines on three phases, or each on the next single one.
       */
      phases: "three" | "rotate";
      /**
       * Every branch has a meter.
       */
      branchMeters: boolean;
      /**
       * A hard-wired flow switch and thermostat open the contactor of their tank.
       */
      interlock: boolean;
      /**
       * Machines hash by themselves when power comes back.
       */
      hashesAfterPowerCycle: boolean;
      /**
       * Proven time until a machine sleeps.
       */
      sleepSeconds: number;
      /**
       * Proven time until a machine has settled.
       */
      wakeSeconds: number;
      /**
       * Steepest way up.
       */
      rampUpWattsPerSecond: number;
      /**
       * Steepest way down of orders.
       */
      rampDownWattsPerSecond: number;
      /**
       * Machines that may wake in each 10 s.
       */
      startsPerInterval: number;
      /**
       * Machines run under a limit in watts without starting anew; default: they take none.
       */
      trim?: {
        /**
         * Lowest limit.
         */
        minimumWatts: number;
        /**
         * Proven time until power has settled under a limit.
         */
        settleSeconds: number;
      };
      /**
       * Cooling that the core runs; without it one output holds all fans and the pumps have no standby.
       */
      cooling?: {
        /**
         * Fans of the dry cooler; 0: no cooling loop in the site.
         */
        fans: number;
        /**
         * Each fan has a drive with a speed.
         */
        drives: boolean;
        /**
         * The air is measured.
         */
        ambient: boolean;
        /**
         * Coolant that the fans keep.
         */
        targetCelsius: number;
        /**
         * Every tank has a second pump.
         */
        standbyPumps: boolean;
        /**
         * Pumps rest this long after the last machine sleeps; default: never.
         */
        afterRunSeconds?: number;
        /**
         * Every tank's inlet is measured.
         */
        inlets: boolean;
        /**
         * Cold coolant is thick, and the site says so.
         */
        warmUp: boolean;
        /**
         * A greenhouse takes the heat and wants water of this temperature; default: nobody does.
         */
        heatWantedCelsius?: number;
        /**
         * Difference of hot side and inlet above which power is lowered, to nothing 10 K above it.
         */
        inletDerateKelvin: number;
      };
      /**
       * Contract power.
       */
      contract?: {
        /**
         * Contracted mean.
         */
        watts: number;
        /**
         * Length of its interval.
         */
        intervalMinutes: 15 | 30;
      };
      /**
       * A generator instead of a grid.
       */
      generator?: {
        /**
         * Largest step up.
         */
        largestStepUpWatts: number;
        /**
         * Largest step down.
         */
        largestStepDownWatts: number;
        /**
         * Time between steps.
         */
        stepGapSeconds: number;
        /**
         * Least load.
         */
        minimumLoadWatts: number;
        /**
         * Stages of its frequency, by share of its rating.
         *
         * Items: One stage.
         */
        stages: {
          /**
           * Below this.
           */
          belowHertz: number;
          /**
           * Share that may stay.
           */
          keepRatio: number;
        }[];
        /**
         * Machines that take longer to shed stay asleep, but for what the hardest stage keeps; default: none does.
         */
        shedWithinSeconds?: number;
      };
      /**
       * Response to the frequency of a grid of 60 Hz.
       */
      frequency?: {
        /**
         * Droop; 0: none.
         */
        droopRatio: number;
        /**
         * Kept free for a high frequency.
         */
        headroomWatts: number;
        /**
         * Stages, by share of what was drawn.
         *
         * Items: One stage.
         */
        stages: {
          /**
           * Below this.
           */
          belowHertz: number;
          /**
           * Share that may stay.
           */
          keepRatio: number;
        }[];
        /**
         * Before the first stage comes back.
         */
        holdSeconds: number;
      };
      /**
       * AI racks on the feeder.
       */
      protectedLoad?: {
        /**
         * Most they draw.
         */
        ratedWatts: number;
        /**
         * Fastest rise within a shed.
         */
        riseWatts?: number;
      };
      /**
       * A smoke detector; default: none.
       */
      smoke?: boolean;
      /**
       * Hot air around the breakers lowers what they carry; it is 8 K warmer than outside.
       */
      derating?: {
        /**
         * A thermometer stands there; without it the hottest air counts.
         */
        measured: boolean;
        /**
         * Up to this the whole rating counts.
         */
        calibratedCelsius: number;
        /**
         * Share of the rating lost for each kelvin above.
         */
        lossPerKelvinRatio: number;
        /**
         * Counts while the air is not known.
         */
        hottestCelsius: number;
      };
      /**
       * Step limit of the grid connection.
       */
      largestStepUp?: {
        /**
         * Most that may be added within an interval.
         */
        watts: number;
        /**
         * Its length.
         */
        intervalSeconds: number;
      };
      /**
       * Operations that the contactors are rated for; default: nobody is told.
       */
      contactorRatedOperations?: number;
    };
  };
  /**
   * Virtual time.
   */
  durationSeconds: number;
  /**
   * Everything random follows from it.
   */
  seed: number;
  /**
   * The hidden physics.
   */
  plant: {
    /**
     * Hidden figures are off by up to this.
     */
    deviationRatio: number;
    /**
     * Air outside at the start.
     */
    ambientCelsius: number;
    /**
     * Half the difference between noon and night.
     */
    dailySwingKelvin: number;
    /**
     * Fluid at the start.
     */
    tankCelsius: number;
  };
  /**
   * Averaging of the meters.
   */
  meterLagSeconds: number;
  /**
   * The dispatcher's heartbeat; 0: none.
   */
  heartbeatSeconds: number;
  /**
   * From scan to scan, and from step to step of the physics.
   */
  scanSeconds: number;
  /**
   * Quantities that follow a file of comma-separated values: a header, times in seconds in the column `seconds`.
   *
   * Items: One.
   */
  traces: {
    /**
     * From this file's folder.
     */
    file: string;
    /**
     * Column of its values.
     */
    column: string;
    /**
     * What follows it; before its first and after its last time their values hold.
     */
    quantity: "frequencyHertz" | "protectedLoadWatts" | "ambientCelsius";
    /**
     * When its time 0 is.
     */
    startSeconds: number;
    /**
     * Factor on its values.
     */
    scale: number;
    /**
     * Added after it.
     */
    offset: number;
  }[];
  /**
   * A person tries to reset what is tripped each time after this; 0: nobody.
   */
  technicianSeconds: number;
  /**
   * Machines that somebody else had put to sleep.
   *
   * Items: Machine.
   */
  startAsleep: string[];
  /**
   * What happens, in any order.
   *
   * Items: Something that happens: a time and exactly one of the others.
   */
  events: {
    /**
     * Since the start of the scenario.
     */
    atSeconds: number;
    /**
     * A setpoint is sent.
     */
    setpoint?: {
      /**
       * Who sends it.
       */
      from: "dispatch" | "site" | "operator" | "group";
      /**
       * Kind.
       */
      order: "limit" | "target";
      /**
       * Level.
       */
      watts: number;
      /**
       * Time to live.
       */
      timeToLiveSeconds: number;
      /**
       * Sent again, with a new identifier, at half of its life, until another one of the same sender.
       */
      renewed: boolean;
      /**
       * What follows an expiry; default: the failsafe limit.
       */
      onExpiryWatts?: number;
      /**
       * Reason.
       */
      reason: "sced" | "rrs" | "ecrs" | "nonspin" | "peak" | "price" | "emergency" | "manual" | "test";
      /**
       * The sender's schedule follows an expiry.
       */
      onExpirySchedule: boolean;
    };
    /**
     * A schedule is sent.
     */
    schedule?: {
      /**
       * Who sends it.
       */
      from: "dispatch" | "site" | "operator";
      /**
       * Levels in order of time.
       *
       * @minItems 1
       *
       * Items: One.
       */
      levels: {
        /**
         * From the event on.
         */
        afterSeconds: number;
        /**
         * Level.
         */
        watts: number;
      }[];
      /**
       * Its end, from the event on.
       */
      endsAfterSeconds: number;
      /**
       * What follows it.
       */
      afterEndWatts: number;
    };
    /**
     * A control command from afar.
     */
    control?: {
      /**
       * Who sends it.
       */
      from: "dispatch" | "site" | "operator";
      /**
       * What is ordered; a self-test is an operator's.
       */
      action: "stop" | "release" | "self-test";
    };
    /**
     * A person at the container.
     */
    local?: {
      /**
       * What is done.
       */
      action: "lockout" | "release" | "reset";
      /**
       * Which trip a reset names; default: each that stands.
       */
      trip?: string;
    };
    /**
     * Something fails.
     */
    fault?: {
      /**
       * What fails; see src/sim/closed-loop/README.md.
       */
      fault:
        | "line-dead"
        | "missing"
        | "no-reply"
        | "stale"
        | "not-a-number"
        | "stuck"
        | "drift"
        | "offset"
        | "scale"
        | "current-transformer-lost"
        | "pump-broken"
        | "pump-stopped"
        | "flow-reduced"
        | "leak"
        | "smoke"
        | "fan-stopped"
        | "fan-failed"
        | "cooler-fouled"
        | "heat-customer-gone"
        | "deaf"
        | "refuses"
        | "unreachable"
        | "slow"
        | "wakes-alone"
        | "lies-about-power"
        | "trimmed"
        | "limit-ignored"
        | "limit-restarts"
        | "reports-no-power"
        | "contactor-welded"
        | "contactor-late"
        | "broker-lost"
        | "store-slow"
        | "store-failing"
        | "clock-untrusted"
        | "clock-jump"
        | "black-out"
        | "sag"
        | "frequency-relay";
      /**
       * Point, device, tank, branch or machine; none for what there is one of.
       */
      target: string;
      /**
       * Figure of the fault, by its kind.
       */
      value?: number;
      /**
       * It heals after this time; default: never.
       */
      forSeconds?: number;
    };
    /**
     * The air outside changes.
     */
    weather?: {
      /**
       * New temperature.
       */
      ambientCelsius: number;
      /**
       * In a straight line over this time.
       */
      overSeconds: number;
    };
    /**
     * The controller's process dies and comes back.
     */
    restart?: {
      /**
       * Until it is back.
       */
      outageSeconds: number;
      /**
       * What the new process finds on disk.
       */
      store: "kept" | "unreadable";
      /**
       * The process is told to end and does so when it may, as for an update; default: it dies at once.
       */
      told?: boolean;
    };
    /**
     * The frequency of the grid or the generator changes.
     */
    frequency?: {
      /**
       * New frequency.
       */
      hertz: number;
      /**
       * In a straight line over this time.
       */
      overSeconds: number;
    };
    /**
     * The protected load changes.
     */
    racks?: {
      /**
       * New power.
       */
      watts: number;
      /**
       * In a straight line over this time.
       */
      overSeconds: number;
    };
  }[];
  /**
   * What must come out; a violated invariant is a failure by itself.
   */
  expect: {
    /**
     * The 5 s mean of the true power stays below.
     *
     * Items: One.
     */
    ceilings: {
      /**
       * Ceiling.
       */
      watts: number;
      /**
       * From this time on.
       */
      fromSeconds: number;
      /**
       * Up to this time; default: the end.
       */
      untilSeconds?: number;
    }[];
    /**
     * The mean of the true power over the window is at least this.
     *
     * Items: One.
     */
    floors: {
      /**
       * Floor.
       */
      watts: number;
      /**
       * From this time on.
       */
      fromSeconds: number;
      /**
       * Up to this time; default: the end.
       */
      untilSeconds?: number;
    }[];
    /**
     * The true power of the machines of a scope is below within a time.
     *
     * Items: One.
     */
    shed: {
      /**
       * `container`, a tank or a branch.
       */
      scope: string;
      /**
       * Below.
       */
      belowWatts: number;
      /**
       * Time counts from here.
       */
      fromSeconds: number;
      /**
       * And ends here.
       */
      withinSeconds: number;
    }[];
    /**
     * No tank's fluid is ever warmer.
     */
    tanksBelowCelsius?: number;
    /**
     * No fluid around machines is ever warmer.
     */
    stagnantBelowCelsius?: number;
    /**
     * Exactly these trips latch during the run.
     *
     * Items: Trip.
     */
    trips: string[];
    /**
     * Alarms that must stand at some moment.
     *
     * Items: Alarm, or the beginning of its name.
     */
    alarms: string[];
    /**
     * The mode at a moment.
     *
     * Items: One.
     */
    modes: {
      /**
       * When.
       */
      atSeconds: number;
      /**
       * Mode.
       */
      mode: "starting" | "failsafe" | "controlled" | "stopped" | "lockout" | "stopping";
    }[];
    /**
     * A contactor truly stands so at a moment.
     *
     * Items: One.
     */
    contactors: {
      /**
       * Branch.
       */
      branch: string;
      /**
       * When.
       */
      atSeconds: number;
      /**
       * How.
       */
      closed: boolean;
    }[];
    /**
     * Tracking error at most, root of the mean square, of rated.
     */
    trackingRmsPercent?: number;
    /**
     * Tracking error at most, 95th percentile, of rated.
     */
    trackingTailPercent?: number;
    /**
     * At most, against the ideal.
     */
    hashrateLostPercent?: number;
    /**
     * Most turns of any machine within one order: to sleep and back, or a limit lowered and raised.
     */
    reversalsPerMachine?: number;
    /**
     * Most starts of any machine.
     */
    startsPerMachine?: number;
    /**
     * From the sample of a frequency to the last command of its slowest response, at most.
     */
    responseMilliseconds?: number;
  };
}
