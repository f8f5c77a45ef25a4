/** A site and a snapshot with something in every field that reports are made from. */
import type { Decision } from "../../../src/model/decision.ts";
import type { Site } from "../../../src/model/site.ts";
import type { Snapshot } from "../../../src/model/snapshot.ts";
import { benchSite, boot, startUnix } from "../../control/dispatch/bench.ts";

export function reportSite(): Site {
  const base = benchSite();
  const point = {
    function: 4 as const,
    address: 0,
    type: "float32" as const,
    wordOrder: "high-first" as const,
    mask: null,
    decoding: "plain" as const,
    scaleFactorAddress: null,
    scale: 1,
    offset: 0,
    minimum: null,
    maximum: null,
    invalid: [],
    rawMinimum: null,
    rawMaximum: null,
    pollMilliseconds: 1000,
    writeFunction: null,
    writeWords: null,
  };
  const device = {
    name: "feeder-meter",
    board: "eastron-sdm630-v2",
    address: 1,
    discovery: null,
    identity: [],
    requirements: [],
    serialNumber: null,
    setpoints: [],
    points: [
      { ...point, name: "feeder-meter/powerWatts" },
      { ...point, name: "feeder-meter/frequencyHertz" },
    ],
    maximumRegisters: 80,
    alignmentRegisters: 1,
    minimumGapMilliseconds: 0,
    responseTimeoutMilliseconds: 200,
    averagingMilliseconds: 0,
    probe: null,
  };
  return {
    ...base,
    branches: [
      {
        name: "feeder",
        parent: null,
        breakerAmperes: 800,
        continuousRatio: 0.8,
        nominalVolts: 240,
        phases: 3,
        meter: {
          powerWatts: "feeder-meter/powerWatts",
          currentAmperes: [],
          voltageVolts: ["feeder-meter/voltageVolts"],
          maximumAgeMilliseconds: 5000,
        },
        contactor: null,
        auxiliaryWatts: 10_000,
      },
    ],
    tanks: [
      {
        name: "tank-1",
        coolant: {
          sensors: ["rtd/input1Celsius", "rtd/input2Celsius"],
          derateCelsius: 50,
          tripCelsius: 60,
          releaseCelsius: 45,
          maximumAgeMilliseconds: 15_000,
        },
        flow: {
          point: "flow/flowLitersPerMinute",
          minimumLitersPerMinute: 100,
          proofMilliseconds: 5000,
          maximumAgeMilliseconds: 5000,
        },
        pump: null,
        leakDry: [],
        level: null,
        hardwiredInterlock: true,
      },
    ],
    lines: [{ name: "line-1", port: "/dev/null", baudRate: 9600, parity: "none", stopBits: 1, devices: [device] }],
    miners: ["a-001", "a-002"].map((name) => ({
      name,
      model: "s21",
      host: "127.10.1.1",
      port: null,
      webPort: null,
      tank: "tank-1",
      branch: "feeder",
      phase: null,
      credentials: "farm",
    })),
  };
}

function reportDecision(change: Partial<Decision>): Decision {
  const binding = {
    scope: "container" as const,
    ceilingWatts: 200_000.4,
    withinMilliseconds: 0,
    source: "dispatch" as const,
    reason: { code: "setpoint" as const, text: "Setpoint of dispatch: limit 200 kW." },
  };
  return {
    at: 1000,
    mode: "controlled",
    limits: [binding],
    requests: [],
    binding,
    ceilingWatts: 200_000.4,
    power: {
      measuredWatts: 199_000,
      accountedWatts: 199_500.7,
      machinesWatts: 180_000,
      reservedWatts: 3500,
      auxiliaryWatts: 10_000,
    },
    availability: { minimumWatts: 15_000, maximumWatts: 390_000 },
    minerTargets: {},
    miners: [
      { name: "a-001", phase: "hashing", since: 0, accountedWatts: 3500 },
      { name: "a-002", phase: "asleep", since: 0, accountedWatts: 20 },
    ],
    outputs: {},
    schedules: [
      {
        source: "operator",
        id: "3".repeat(32),
        watts: null,
        nextWatts: 120_000.4,
        nextMilliseconds: 1000.5,
        remainingMilliseconds: 2000.5,
        reason: "price",
      },
      {
        source: "site",
        id: "4".repeat(32),
        watts: 80_000.4,
        nextWatts: 50_000,
        nextMilliseconds: 1000,
        remainingMilliseconds: 2000,
        reason: "manual",
      },
    ],
    setpoints: [
      {
        slot: "dispatch",
        id: "1".repeat(32),
        kind: "limit",
        watts: 200_000,
        state: "reached",
        remainingMilliseconds: 1.5,
        reason: "ecrs",
      },
      {
        slot: "site",
        id: "2".repeat(32),
        kind: "limit",
        watts: 90_000,
        state: "expired",
        remainingMilliseconds: 0,
        reason: "test",
      },
    ],
    acknowledgements: [],
    outcomes: [],
    durable: {
      revision: 4,
      trips: [],
      lockout: null,
      remoteStop: null,
      order: { "dispatch/setpoint/container": { epoch: 3, sequence: 1042 } },
      asleepByUs: ["a-002"],
      contactorOperations: {},
    },
    trips: [
      {
        name: "tank-1/flow",
        scope: "tank/tank-1",
        reason: { code: "flow-lost", text: "No flow." },
        trippedAtUnixMilliseconds: startUnix,
      },
    ],
    alarms: [
      { name: "leak", severity: "alarm", reason: { code: "leak", text: "Leak." }, since: 0 },
      { name: "level", severity: "warning", reason: { code: "level-low", text: "Low." }, since: 0 },
    ],
    events: [],
    explanation: [],
    mayEnd: false,
    ...change,
  };
}

export function reportSnapshot(change: Partial<Decision> = {}): Snapshot {
  const good = (value: number) => ({ quality: "good" as const, value, at: 900 });
  return {
    container: "wolf-c07",
    version: "0.1.0",
    image: {
      now: 1000,
      wallClock: { unixMilliseconds: startUnix, trusted: true },
      boot,
      readings: {
        "feeder-meter/powerWatts": good(199_000.4),
        "feeder-meter/frequencyHertz": { quality: "bad", fault: "no-reply", at: 900 },
        "feeder-meter/voltageVolts": good(239.96),
        "rtd/input1Celsius": good(48.236),
        "rtd/input2Celsius": good(47.9),
        "flow/flowLitersPerMinute": good(516),
      },
      miners: {
        "a-001": {
          name: "a-001",
          at: 0,
          mode: "hashing",
          powerWatts: 3500.4,
          powerSource: "measured",
          hashrateTerahashesPerSecond: 199.87,
          inletCelsius: -0.001,
        },
        "a-002": { name: "a-002", fault: "unreachable", mode: "unknown", powerSource: "unknown" },
      },
      commands: [],
      heartbeat: { at: null, epoch: 0, number: 0 },
      storedRevision: 4,
      stopping: false,
    },
    decision: reportDecision(change),
    lines: [],
    broker: { state: "online", since: 0, url: "mqtt://127.0.0.1:1883" },
    store: { state: "good", storedRevision: 4 },
    scan: { count: 1, lastMilliseconds: 1, longestMilliseconds: 1 },
    events: [
      {
        number: 7,
        unixMilliseconds: startUnix,
        kind: "trip",
        severity: "alarm",
        subject: "tank-1/flow",
        text: "No flow.",
      },
      { number: 0, unixMilliseconds: startUnix, kind: "mode", severity: "information", subject: "", text: "Later." },
    ],
  };
}
