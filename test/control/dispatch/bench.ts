/** A bench for dispatch alone: a site, a clock, a store and a meter around it, scanned in virtual time. */
import { dispatchLimits } from "../../../src/control/dispatch/limits.ts";
import { receiveCommands } from "../../../src/control/dispatch/receive.ts";
import { type DispatchState, startDispatch } from "../../../src/control/dispatch/state.ts";
import { trackSetpoints } from "../../../src/control/dispatch/track.ts";
import type { Acknowledgement, Command, RemoteCommand, SetpointMessage } from "../../../src/model/command.ts";
import type { ActiveSetpoint, EventRecord } from "../../../src/model/decision.ts";
import type { Durable } from "../../../src/model/durable.ts";
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

/** Everything a scenario may turn. */
export interface Bench {
  now: number;
  /** Wall clock less monotonic clock [ms]; a jump of the wall clock changes it. */
  unixOffset: number;
  trusted: boolean;
  storedOk: boolean;
  /** Whether what changed in a scan is on disk by the next. */
  storeKeepsUp: boolean;
  trips: string[];
  lockout: boolean;
  measuredWatts: number | null;
  /** Another limit of the container, such as a hot tank. */
  envelope: Limit | null;
  heartbeatEpoch: number;
  readonly state: () => DispatchState;
  scan(...commands: Command[]): BenchScan;
  /** Advances and scans; the last scan's outcome with everything acknowledged on the way. */
  run(milliseconds: number, stepMilliseconds?: number): BenchScan;
  /** A heartbeat, numbered one higher than the last unless said otherwise. */
  beat(number?: number): void;
  /** A heartbeat, then a setpoint: controlled. */
  takeControl(watts?: number): void;
  setpoint(change?: Partial<SetpointMessage>, how?: Partial<RemoteCommand>): RemoteCommand;
  control(
    action: "stop" | "release" | "resync" | "reset",
    how?: Partial<RemoteCommand>,
    reason?: string,
  ): RemoteCommand;
}

export function startBench(site: Site = benchSite(), durable: Durable | null = null): Bench {
  let dispatch = startDispatch(durable, 0);
  let heartbeat: { at: number | null; epoch: number; number: number } = { at: null, epoch: 0, number: 0 };
  let serial = 0;
  let durableRevision = 0;
  let storedRevision = 0;
  const envelopeFields = (): { id: string; epoch: number; sequence: number } => {
    serial += 1;
    return { id: serial.toString(16).padStart(32, "0"), epoch: 1, sequence: serial };
  };
  const bench: Bench = {
    now: 0,
    unixOffset: startUnix,
    trusted: true,
    storedOk: true,
    storeKeepsUp: true,
    trips: [],
    lockout: false,
    measuredWatts: null,
    envelope: null,
    heartbeatEpoch: 1,
    state: () => dispatch,
    beat(number = heartbeat.number + 1) {
      heartbeat = { at: bench.now, epoch: bench.heartbeatEpoch, number };
    },
    scan(...commands) {
      const image = {
        now: bench.now,
        wallClock: { unixMilliseconds: bench.unixOffset + bench.now, trusted: bench.trusted },
        boot,
        readings: {},
        miners: {},
        commands,
        heartbeat,
        storedRevision,
        stopping: false,
      };
      const context = { trips: bench.trips, lockout: bench.lockout, storedOk: bench.storedOk, durableRevision };
      const orderBefore = dispatch.order;
      const received = receiveCommands(dispatch, image, site, context);
      if (received.order !== orderBefore) durableRevision += 1;
      if (bench.storedOk && bench.storeKeepsUp) storedRevision = durableRevision;
      const limited = dispatchLimits(received.dispatch, image, site);
      const rated: Limit = {
        scope: "container",
        ceilingWatts: site.ratedWatts,
        withinMilliseconds: 0,
        source: "site",
        reason: { code: "rated-power", text: "" },
      };
      const limits = bench.envelope === null ? [rated, ...limited.limits] : [rated, bench.envelope, ...limited.limits];
      const binding = limits.reduce((least, limit) => (limit.ceilingWatts < least.ceilingWatts ? limit : least));
      const outcome = { ceilingWatts: binding.ceilingWatts, binding, measuredWatts: bench.measuredWatts };
      const tracked = trackSetpoints(limited.dispatch, image, outcome);
      dispatch = tracked.dispatch;
      return {
        acknowledgements: [...received.acknowledgements, ...tracked.acknowledgements],
        events: [...received.events, ...tracked.events],
        limits: limited.limits,
        requests: limited.requests,
        setpoints: limited.setpoints,
        mode: limited.mode,
        ceilingWatts: binding.ceilingWatts,
        remoteStop: received.remoteStop,
      };
    },
    run(milliseconds, stepMilliseconds = 1000) {
      const acknowledgements: Acknowledgement[] = [];
      const end = bench.now + milliseconds;
      let last = bench.scan();
      acknowledgements.push(...last.acknowledgements);
      while (bench.now < end) {
        bench.now = Math.min(end, bench.now + stepMilliseconds);
        last = bench.scan();
        acknowledgements.push(...last.acknowledgements);
      }
      return { ...last, acknowledgements };
    },
    takeControl(watts = 300_000) {
      bench.beat();
      bench.scan();
      bench.scan(bench.setpoint({ watts, timeToLiveSeconds: 3600, expiresAt: startUnix + 9_000_000 }));
      bench.scan();
    },
    setpoint(change = {}, how = {}) {
      const addressee = how.addressee ?? "container";
      const body: SetpointMessage = {
        version: 1,
        ...envelopeFields(),
        container: addressee === "group" ? "group" : site.container,
        issuedAt: bench.unixOffset + bench.now,
        expiresAt: bench.unixOffset + bench.now + 300_000,
        timeToLiveSeconds: 300,
        kind: "limit",
        watts: 200_000,
        onExpiry: { mode: "limit", watts: 50_000 },
        reason: "test",
        ...change,
      };
      return wrap(bench, body, "setpoint", how);
    },
    control(action, how = {}, reason) {
      const body = {
        version: 1 as const,
        ...envelopeFields(),
        container: site.container,
        issuedAt: bench.unixOffset + bench.now,
        expiresAt: bench.unixOffset + bench.now + 300_000,
        timeToLiveSeconds: 300,
        action,
        ...(reason === undefined ? {} : { reason }),
      };
      return wrap(bench, body, "control", how);
    },
  };
  return bench;
}

function wrap(
  bench: Bench,
  body: NonNullable<RemoteCommand["body"]>,
  kind: "setpoint" | "control",
  how: Partial<RemoteCommand>,
): RemoteCommand {
  return {
    via: "broker",
    receivedAt: bench.now,
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

/** `accepted`, `rejected clock`, `limited coolant-derate` ... in order. */
export function words(scan: { readonly acknowledgements: readonly Acknowledgement[] }): string[] {
  return scan.acknowledgements.map(({ state, rejection, limitedBy }) =>
    [state, rejection, limitedBy].filter((word) => word !== undefined).join(" "),
  );
}
