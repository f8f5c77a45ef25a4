/** A bench for dispatch alone: a site, a clock, a store and a meter around it, scanned in virtual time. */
import { dispatchLimits } from "../../../src/control/dispatch/limits.ts";
import { receiveCommands } from "../../../src/control/dispatch/receive.ts";
import { type DispatchState, startDispatch } from "../../../src/control/dispatch/state.ts";
import { trackSetpoints } from "../../../src/control/dispatch/track.ts";
import type {
  Acknowledgement,
  Command,
  ControlMessage,
  RemoteCommand,
  ScheduleMessage,
  SetpointMessage,
} from "../../../src/model/command.ts";
import type { ActiveSetpoint, EventRecord } from "../../../src/model/decision.ts";
import type { Durable } from "../../../src/model/durable.ts";
import type { Heartbeat, ProcessImage } from "../../../src/model/image.ts";
import type { Limit, Request } from "../../../src/model/reason.ts";
import type { Site } from "../../../src/model/site.ts";

export const boot = "0123456789abcdef0123456789abcdef";
export const startUnix = 1_795_390_000_000;

/** Failsafe 100 kW of rated 400 kW; heartbeat 60 s; jitter window 30 s; ramps 2 kW/s up, 10 kW/s down. */
export function benchSite(container = "wolf-c07"): Site {
  return {
    container,
    site: "wolf",
    groups: ["wolf"],
    configurationHash: "0".repeat(64),
    ratedWatts: 400_000,
    auxiliaryWatts: 10_000,
    minimumWatts: 15_000,
    policy: {
      rampUpWattsPerSecond: 2000,
      rampDownWattsPerSecond: 10_000,
      failsafeWatts: 100_000,
      heartbeatTimeoutMilliseconds: 60_000,
      jitterMilliseconds: 30_000,
      startHoldMilliseconds: 15_000,
      goodAgainMilliseconds: 60_000,
      coolDownMilliseconds: 300_000,
      contactorRecloseMilliseconds: 300_000,
      startsPerInterval: 4,
      startIntervalMilliseconds: 5000,
      minimumOnMilliseconds: 60_000,
      minimumOffMilliseconds: 60_000,
      shedProofMilliseconds: 5000,
    },
    branches: [],
    tanks: [],
    minerModels: {},
    miners: [],
    lines: [],
    firmata: [],
    broker: null,
    console: null,
    heartbeatOutput: null,
    settlementEnergy: null,
    coolingOutputs: [],
    clock: "always",
  };
}

export interface BenchScan {
  readonly acknowledgements: readonly Acknowledgement[];
  readonly events: readonly EventRecord[];
  readonly limits: readonly Limit[];
  readonly requests: readonly Request[];
  readonly setpoints: readonly ActiveSetpoint[];
  readonly mode: "failsafe" | "controlled";
  /** Smallest of all limits and the rated power [W]. */
  readonly ceilingWatts: number;
  readonly remoteStop: Durable["remoteStop"];
}

export type Bench = DispatchBench;

/** A fresh bench: nothing ordered, the clock trusted, the disk keeping up, no meter. */
export function startBench(site: Site = benchSite(), durable: Durable | null = null): Bench {
  return new DispatchBench(site, durable);
}

/** Everything a scenario may turn stands in the public fields. */
class DispatchBench {
  now = 0;
  /** Wall clock less monotonic clock [ms]; a jump of the wall clock changes it. */
  unixOffset = startUnix;
  trusted: boolean = true;
  storedOk: boolean = true;
  /** Whether what changed in a scan is on disk by the next. */
  storeKeepsUp: boolean = true;
  trips: string[] = [];
  lockout: boolean = false;
  measuredWatts: number | null = null;
  /** Another limit of the container, such as a hot tank. */
  envelope: Limit | null = null;
  heartbeatEpoch = 1;
  readonly #site: Site;
  #dispatch: DispatchState;
  #heartbeat: Heartbeat = { at: null, epoch: 0, number: 0 };
  #serial = 0;
  #durableRevision = 0;
  #storedRevision = 0;

  constructor(site: Site, durable: Durable | null) {
    this.#site = site;
    this.#dispatch = startDispatch(durable, 0);
  }

  state(): DispatchState {
    return this.#dispatch;
  }

  /** A heartbeat, numbered one higher than the last unless said otherwise. */
  beat(number = this.#heartbeat.number + 1): void {
    this.#heartbeat = { at: this.now, epoch: this.heartbeatEpoch, number };
  }

  scan(...commands: Command[]): BenchScan {
    const image = this.#freeze(commands);
    const { trips, lockout, storedOk } = this;
    const firm = { promisedWatts: 0, meteredWatts: null };
    const context = { trips, lockout, storedOk, durableRevision: this.#durableRevision, firm };
    const received = receiveCommands(this.#dispatch, image, this.#site, context);
    if (received.order !== this.#dispatch.order) this.#durableRevision += 1;
    if (this.storedOk && this.storeKeepsUp) this.#storedRevision = this.#durableRevision;
    const limited = dispatchLimits(received.dispatch, image, this.#site);
    const limits = [...limited.limits, ...(this.envelope === null ? [] : [this.envelope])];
    const binding = limits.reduce(
      (least, limit) => (limit.ceilingWatts < least.ceilingWatts ? limit : least),
      ratedLimit(this.#site),
    );
    const outcome = {
      ceilingWatts: binding.ceilingWatts,
      binding,
      measuredWatts: this.measuredWatts,
      disturbed: false,
    };
    const tracked = trackSetpoints(limited.dispatch, image, outcome);
    this.#dispatch = tracked.dispatch;
    return {
      ...limited,
      acknowledgements: [...received.acknowledgements, ...tracked.acknowledgements],
      events: [...received.events, ...tracked.events],
      ceilingWatts: binding.ceilingWatts,
      remoteStop: received.remoteStop,
    };
  }

  /** Advances and scans; the last scan's outcome with everything acknowledged on the way. */
  run(milliseconds: number, stepMilliseconds = 1000): BenchScan {
    const end = this.now + milliseconds;
    let last = this.scan();
    const acknowledgements = [...last.acknowledgements];
    while (this.now < end) {
      this.now = Math.min(end, this.now + stepMilliseconds);
      last = this.scan();
      acknowledgements.push(...last.acknowledgements);
    }
    return { ...last, acknowledgements };
  }

  /** A heartbeat, then a setpoint: controlled. */
  takeControl(watts = 300_000): void {
    this.beat();
    this.scan();
    this.scan(this.setpoint({ watts, timeToLiveSeconds: 3600, expiresAt: startUnix + 9_000_000 }));
    this.scan();
  }

  setpoint(change: Partial<SetpointMessage> = {}, how: Partial<RemoteCommand> = {}): RemoteCommand {
    const body: SetpointMessage = {
      ...this.#head(how),
      kind: "limit",
      watts: 200_000,
      onExpiry: { mode: "limit", watts: 50_000 },
      reason: "test",
      ...change,
    };
    return this.#wrap(body, "setpoint", how);
  }

  /** Levels by seconds from now; ends after `endsSeconds`, then 60 kW. */
  schedule(
    levels: readonly (readonly [afterSeconds: number, watts: number])[],
    endsSeconds = 7200,
    change: Partial<ScheduleMessage> = {},
    how: Partial<RemoteCommand> = {},
  ): RemoteCommand {
    const at = (seconds: number): number => this.unixOffset + this.now + seconds * 1000;
    const body: ScheduleMessage = {
      ...this.#head(how),
      entries: levels.map(([seconds, watts]) => ({ startsAt: at(seconds), watts })),
      endsAt: at(endsSeconds),
      afterEnd: { mode: "limit", watts: 60_000 },
      reason: "test",
      ...change,
    };
    return this.#wrap(body, "schedule", how);
  }

  control(action: ControlMessage["action"], how: Partial<RemoteCommand> = {}, reason?: string): RemoteCommand {
    const body = { ...this.#head(how), action, ...(reason === undefined ? {} : { reason }) };
    return this.#wrap(body, "control", how);
  }

  #freeze(commands: readonly Command[]): ProcessImage {
    return {
      now: this.now,
      wallClock: { unixMilliseconds: this.unixOffset + this.now, trusted: this.trusted },
      boot,
      readings: {},
      miners: {},
      commands,
      heartbeat: this.#heartbeat,
      storedRevision: this.#storedRevision,
      stopping: false,
    };
  }

  #head(how: Partial<RemoteCommand>) {
    this.#serial += 1;
    return {
      version: 1 as const,
      id: this.#serial.toString(16).padStart(32, "0"),
      container: how.addressee === "group" ? "group" : this.#site.container,
      epoch: 1,
      sequence: this.#serial,
      issuedAt: this.unixOffset + this.now,
      expiresAt: this.unixOffset + this.now + 300_000,
      timeToLiveSeconds: 300,
    };
  }

  #wrap(
    body: SetpointMessage | ScheduleMessage | ControlMessage,
    kind: "setpoint" | "schedule" | "control",
    how: Partial<RemoteCommand>,
  ): RemoteCommand {
    return {
      via: "broker",
      receivedAt: this.now,
      source: "dispatch",
      addressee: "container",
      kind,
      encoding: "json",
      digest: JSON.stringify(body),
      id: body.id,
      body,
      rejection: null,
      ...how,
    };
  }
}

function ratedLimit(site: Site): Limit {
  const reason = { code: "rated-power", text: "" } as const;
  return { scope: "container", ceilingWatts: site.ratedWatts, withinMilliseconds: 0, source: "site", reason };
}

/** `accepted`, `rejected clock`, `limited coolant-derate` ... in order. */
export function words(scan: { readonly acknowledgements: readonly Acknowledgement[] }): string[] {
  return scan.acknowledgements.map(({ state, rejection, limitedBy }) =>
    [state, rejection, limitedBy].filter((word) => word !== undefined).join(" "),
  );
}
