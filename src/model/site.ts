/** A checked site: the site file with its boards and models resolved. Plain data; everything the program knows about where it is. */
import type { CoolingLoop, Pump, TankInlet, WarmUp } from "./cooling.ts";
import type { Discovery, FixedRead, SerialNumberRead, SettlementEnergy, WriteWords } from "./device.ts";
import type { FirmataSite } from "./firmata.ts";
import type { MinerName } from "./miner.ts";
import type { MinerPowerMode, MinerTrim } from "./miner-model.ts";
import type { Milliseconds, PointName } from "./reading.ts";
import type { BreakerDerating, Contract, Generator, GridFrequency, ProtectedLoad, StepLimit } from "./supply.ts";

export interface Site {
  readonly container: string;
  readonly site: string;
  readonly groups: readonly string[];
  /** SHA-256 of the site file and every board it uses, hexadecimal. */
  readonly configurationHash: string;
  /** Highest net import at the metering point the container may ever have [W]. */
  readonly ratedWatts: number;
  /** Pumps, fans, controls at full duty, from their plates [W]: counted where no meter shows them. */
  readonly auxiliaryWatts: number;
  /** Drawn by the container with every machine asleep [W]. */
  readonly minimumWatts: number;
  /** Power contracted as a mean over each demand interval; absent: none. */
  readonly contract?: Contract;
  readonly generator?: Generator;
  /** What it does for the frequency of its grid; absent: nothing. */
  readonly frequency?: GridFrequency;
  readonly policy: Policy;
  readonly branches: readonly Branch[];
  readonly tanks: readonly Tank[];
  /** Dry coolers with their tanks; absent: none is known, and every fan runs. */
  readonly coolingLoops?: readonly CoolingLoop[];
  readonly minerModels: Readonly<Record<string, MinerModel>>;
  readonly miners: readonly MinerSite[];
  /** Ranges and subnets that may hold machines the site does not name; absent: none. */
  readonly searchAddresses?: readonly string[];
  readonly lines: readonly LineSite[];
  readonly firmata: readonly FirmataSite[];
  readonly broker: BrokerSite | null;
  readonly console: ConsoleSite | null;
  /** Output that toggles with each good scan and holds the hard-wired timer relay. */
  readonly heartbeatOutput: PointName | null;
  /** Lamp that is on while any alarm lasts that is more than a warning; absent: none. */
  readonly alarmLamp?: PointName;
  /** Counter for settlement: an integer register of a meter that tells its serial number. */
  readonly settlementEnergy: SettlementEnergy | null;
  /** Smoke detectors of the container, normally closed: 1 is clear; absent: none. */
  readonly smokeClear?: readonly PointName[];
  /** Cooling outputs (pumps, fans): on whenever the program runs, whatever else happens. */
  readonly coolingOutputs: readonly PointName[];
  /** How the wall clock is trusted: `system` asks the kernel's synchronisation state; `always` is for tests and demo. */
  readonly clock: "system" | "always";
}

export interface Policy {
  readonly rampUpWattsPerSecond: number;
  readonly rampDownWattsPerSecond: number;
  /** Absent: the ramp and the staggered starts alone. */
  readonly largestStepUp?: StepLimit;
  readonly failsafeWatts: number;
  readonly heartbeatTimeoutMilliseconds: Milliseconds;
  /** Failsafe entry and what follows an expiry are delayed by a fixed share of this, made from the container's name. */
  readonly jitterMilliseconds: Milliseconds;
  /** After the start, how long running machines are left alone while the image completes. */
  readonly startHoldMilliseconds: Milliseconds;
  /** A bad point counts again after this long of good values; the third time within an hour it latches. */
  readonly goodAgainMilliseconds: Milliseconds;
  readonly coolDownMilliseconds: Milliseconds;
  readonly contactorRecloseMilliseconds: Milliseconds;
  /** At most this many machines are woken in each interval. */
  readonly startsPerInterval: number;
  readonly startIntervalMilliseconds: Milliseconds;
  readonly minimumOnMilliseconds: Milliseconds;
  readonly minimumOffMilliseconds: Milliseconds;
  /** Lost flow proof: the branch must be below 10 % after this, or its contactor opens. */
  readonly shedProofMilliseconds: Milliseconds;
}

export interface MeterPoints {
  readonly powerWatts: PointName;
  /** L1, L2, L3; empty where the meter has none. */
  readonly currentAmperes: readonly PointName[];
  readonly voltageVolts: readonly PointName[];
  readonly maximumAgeMilliseconds: Milliseconds;
}

export interface Contactor {
  /** 1 holds it closed. */
  readonly output: PointName;
  /** Auxiliary contact: 1 is closed. */
  readonly feedback: PointName;
  /** Operations its maker rates it for; absent: they are counted, and nobody is told. */
  readonly ratedOperations?: number;
}

/** A node of the feeder tree. The root is the metering point of the container. */
export interface Branch {
  readonly name: string;
  readonly parent: string | null;
  readonly breakerAmperes: number;
  /** Time until the breaker trips from cold at twice its rating, from its curve [s]; absent: by the size of its frame. */
  readonly doubleCurrentTripSeconds?: number;
  /** What hot air takes off the breaker; absent: nothing. */
  readonly derating?: BreakerDerating;
  /** Share of the breaker that may flow continuously. */
  readonly continuousRatio: number;
  /** Line to neutral [V]: used while no voltage is measured. */
  readonly nominalVolts: number;
  readonly phases: 1 | 3;
  readonly meter: MeterPoints | null;
  readonly contactor: Contactor | null;
  /** A load behind this branch that must never be interrupted; nothing else is behind it. */
  readonly protectedLoad?: ProtectedLoad;
  /** Loads on this very branch that are not machines, from their plates [W]. */
  readonly auxiliaryWatts: number;
}

export interface Tank {
  readonly name: string;
  readonly coolant: {
    /** Hot-side sensors, voted: three or more: median; two: the higher; one: derated; none: trip after the process safety time. */
    readonly sensors: readonly PointName[];
    readonly derateCelsius: number;
    readonly tripCelsius: number;
    /** A coolant trip may be reset below this. */
    readonly releaseCelsius: number;
    readonly maximumAgeMilliseconds: Milliseconds;
  };
  readonly flow: {
    readonly point: PointName;
    readonly minimumLitersPerMinute: number;
    /** Without proof for this long the tank is shed. */
    readonly proofMilliseconds: Milliseconds;
    readonly maximumAgeMilliseconds: Milliseconds;
  } | null;
  readonly pump: Pump | null;
  /** Absent: not measured. */
  readonly inlet?: TankInlet;
  /** Absent: cold fluid flows as well as warm. */
  readonly warmUp?: WarmUp;
  /** Normally closed contacts: 1 is dry, 0 is a leak or a cut cable. */
  readonly leakDry: readonly PointName[];
  readonly level: {
    readonly point: PointName;
    readonly minimumPercent: number;
    readonly maximumAgeMilliseconds: Milliseconds;
  } | null;
  /** A hard-wired flow switch or thermostat in the contactors' coil circuit. */
  readonly hardwiredInterlock: boolean;
}

export type MinerDialect =
  | "whatsminer-v2"
  | "whatsminer-v3"
  | "bitmain-stock"
  | "avalon"
  | "luxos"
  | "braiins"
  | "braiins-graphql"
  | "vnish"
  | "epic"
  | "sealminer"
  | "ebang"
  | "none";

/** From boards/miners, with the site's overrides. */
export interface MinerModel {
  readonly name: string;
  readonly dialect: MinerDialect;
  readonly ratedWatts: number;
  readonly peakWakeWatts: number;
  readonly asleepWatts: number;
  readonly ratedTerahashesPerSecond: number;
  /** Proven time from the command until the power is below a tenth. */
  readonly sleepMilliseconds: Milliseconds;
  /** From the wake command until power has settled. */
  readonly wakeMilliseconds: Milliseconds;
  readonly maximumInletCelsius: number;
  readonly hashesAfterPowerCycle: boolean;
  /** Null: the firmware takes no limit in watts, or too little is known of how. */
  readonly trim: MinerTrim | null;
  /** Inlet at which an operator's software warns, by mode; no maker's limit. In a mode a machine tells, it limits beside `maximumInletCelsius`. Absent: not known. */
  readonly inletWarningCelsius?: Readonly<Partial<Record<MinerPowerMode, number>>>;
}

export interface MinerSite {
  readonly name: MinerName;
  readonly model: string;
  readonly host: string;
  /** TCP port of the API on 4028; null: the dialect's own. */
  readonly port: number | null;
  /** TCP port of the web server of dialects that need it (bitmain-stock: 80); null: the dialect's own. */
  readonly webPort: number | null;
  readonly tank: string;
  readonly branch: string;
  readonly phase: 1 | 2 | 3 | null;
  /** Name of an entry of the secrets file. */
  readonly credentials: string;
}

export type Parity = "none" | "even" | "odd";

export interface LineSite {
  readonly name: string;
  readonly port: string;
  readonly baudRate: number;
  readonly parity: Parity;
  readonly stopBits: 1 | 2;
  readonly devices: readonly DeviceSite[];
}

export type RegisterType = "uint16" | "int16" | "uint32" | "int32" | "uint64" | "int64" | "float32" | "bit";
export type ModbusFunction = 1 | 2 | 3 | 4;

/** One point of a Modbus device, board and site merged: value = raw * scale + offset. */
export interface PointSite {
  readonly name: PointName;
  readonly function: ModbusFunction;
  /** 0-based, as on the wire. */
  readonly address: number;
  readonly type: RegisterType;
  readonly wordOrder: "high-first" | "low-first";
  /** Bits of the register that count, shifted down to the lowest of them; null: all. */
  readonly mask: number | null;
  /** four-quadrant-power-factor: raw -2 to 2; from 1 to 2 it is 2 - raw leading, from -2 to -1 it is -2 - raw leading. */
  readonly decoding: "plain" | "four-quadrant-power-factor";
  /** Register with the power of ten of the raw number (int16, counted like `address`; 8000 is no value); null: none. */
  readonly scaleFactorAddress: number | null;
  readonly scale: number;
  readonly offset: number;
  /** Plausible range of the value; outside is bad. */
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** Raw words, hexadecimal, high word first whatever the wire's order, that mean "no value". */
  readonly invalid: readonly string[];
  /** Plausible range of the raw number itself, before scale and offset (3,600 where a register counts the µA of a current loop); outside, the sensor is broken. */
  readonly rawMinimum: number | null;
  readonly rawMaximum: number | null;
  readonly pollMilliseconds: Milliseconds;
  /** 5: single coil, 6: single register; null: read only. */
  readonly writeFunction: 5 | 6 | null;
  /** Set where 1 and 0 are control words of a drive. */
  readonly writeWords: WriteWords | null;
}

/** A number to keep written and read back: a drive's speed reference. */
export interface Setpoint {
  readonly point: PointSite;
  /** In the unit of the point. */
  readonly value: number;
}

export interface DeviceSite {
  readonly name: string;
  readonly board: string;
  readonly address: number;
  /** Null: addresses of points are those on the wire. */
  readonly discovery: Discovery | null;
  /** Reads that tell the model: another answer is another device. */
  readonly identity: readonly FixedRead[];
  /** Settings the device, or a channel in use, must have. */
  readonly requirements: readonly FixedRead[];
  readonly serialNumber: SerialNumberRead | null;
  readonly setpoints: readonly Setpoint[];
  readonly points: readonly PointSite[];
  readonly maximumRegisters: number;
  /** Start and count of a request must be multiples of this. */
  readonly alignmentRegisters: number;
  readonly minimumGapMilliseconds: Milliseconds;
  readonly responseTimeoutMilliseconds: Milliseconds;
  /** The instrument's own averaging or refresh: subtracted from `at`. */
  readonly averagingMilliseconds: Milliseconds;
  /** A read that proves the device, or its word order: the point's value must lie within. */
  readonly probe: { readonly point: PointSite; readonly minimum: number; readonly maximum: number } | null;
}

export interface BrokerSite {
  readonly url: string;
  readonly caFile: string | null;
  readonly certificateFile: string | null;
  readonly keyFile: string | null;
  readonly telemetryMilliseconds: Milliseconds;
}

export interface ConsoleSite {
  readonly port: string;
  readonly baudRate: number;
}
