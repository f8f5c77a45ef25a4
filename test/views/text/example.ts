/** A container after a lost flow in tank 2 while a dispatch limit is held: a snapshot made by hand. */

import type { Reading } from "../../../src/model/reading.ts";
import type { Limit } from "../../../src/model/reason.ts";
import type { Snapshot } from "../../../src/model/snapshot.ts";

const now = 5_000_000;
const unixMilliseconds = Date.UTC(2026, 10, 12, 14, 3, 22);

const good = (value: number, age = 400): Reading => ({ quality: "good", value, at: now - age });

const dispatch: Limit = {
  scope: "container",
  ceilingWatts: 220_000,
  withinMilliseconds: 60_000,
  source: "dispatch",
  reason: { code: "setpoint", text: "Dispatch limits the container to 220.0 kW (ecrs, event-77), 214 s left." },
};
const breaker: Limit = {
  scope: "container",
  ceilingWatts: 348_000,
  withinMilliseconds: 0,
  source: "site",
  reason: { code: "breaker-continuous", text: "80 % of the feeder's 630 A breaker may flow continuously." },
};
const flow: Limit = {
  scope: "tank/tank-2",
  ceilingWatts: 0,
  withinMilliseconds: 0,
  source: "trip",
  reason: {
    code: "flow-lost",
    text: "Tank 2 had 12 L/min of flow where at least 300 are wanted, for longer than 3 s.",
  },
};

const image: Snapshot["image"] = {
  now,
  wallClock: { unixMilliseconds, trusted: true },
  boot: "00112233445566778899aabbccddeeff",
  readings: {
    "feeder-meter/powerWatts": good(218_400),
    "feeder-meter/currentL1Amperes": good(317.4),
    "tank-io/coolantCelsius": good(45.31, 220),
    "tank-io/leakDry": good(1, 90),
    "tank-io/contactorClosed": good(1, 90),
    "cooling/tank2FlowLitersPerMinute": { quality: "bad", fault: "no-reply", at: now - 12_400 },
    "cooling/tank2LevelPercent": { quality: "bad", fault: "no-reply", at: now - 12_400 },
  },
  miners: {
    "m-001": {
      name: "m-001",
      at: now - 900,
      mode: "hashing",
      powerWatts: 3412,
      powerSource: "measured",
      hashrateTerahashesPerSecond: 201.4,
      inletCelsius: 44.2,
    },
    "m-002": {
      name: "m-002",
      at: now - 65_000,
      fault: "unreachable",
      mode: "unknown",
      powerSource: "unknown",
    },
    "m-003": {
      name: "m-003",
      at: now - 1100,
      mode: "hashing",
      powerWatts: 3390,
      powerSource: "estimated",
      hashrateTerahashesPerSecond: 199,
      command: {
        target: { mode: "sleep" },
        sentAt: now - 9000,
        attempts: 3,
        failedAt: now - 1000,
        fault: "write-access-disabled",
      },
    },
  },
  commands: [],
  heartbeat: { at: now - 4000, epoch: 3, number: 90 },
  storedRevision: 41,
  stopping: false,
};

const decision: Snapshot["decision"] = {
  at: now,
  mode: "controlled",
  limits: [breaker, dispatch, flow],
  requests: [
    {
      scope: "container",
      watts: 210_000,
      kind: "follow",
      source: "dispatch",
      reason: { code: "target", text: "Dispatch asks for 210.0 kW." },
    },
  ],
  binding: dispatch,
  ceilingWatts: 220_000,
  power: {
    measuredWatts: 218_400,
    accountedWatts: 218_400,
    machinesWatts: 201_200,
    reservedWatts: 10_300,
    auxiliaryWatts: 14_800,
  },
  availability: { minimumWatts: 22_000, maximumWatts: 231_000 },
  minerTargets: { "m-001": { mode: "run" }, "m-002": { mode: "leave" }, "m-003": { mode: "sleep" } },
  miners: [
    { name: "m-001", phase: "hashing", since: now - 3_800_000, accountedWatts: 3412 },
    { name: "m-002", phase: "unreachable", since: now - 64_000, accountedWatts: 3500 },
    { name: "m-003", phase: "defiant", since: now - 1000, accountedWatts: 3500 },
  ],
  outputs: { "tank-io/contactorClosed": 1, "tank-io/heartbeat": 0 },
  setpoints: [
    {
      slot: "dispatch",
      id: "5f0c0e9a3b1d4c7e8f20a1b2c3d4e5f6",
      kind: "limit",
      watts: 220_000,
      state: "reached",
      remainingMilliseconds: 214_000,
      reason: "ecrs",
    },
  ],
  acknowledgements: [],
  outcomes: [],
  durable: {
    revision: 41,
    trips: [],
    lockout: null,
    remoteStop: null,
    order: {},
    asleepByUs: [],
    contactorOperations: {},
  },
  trips: [
    {
      name: "tank-2/flow",
      scope: "tank/tank-2",
      reason: flow.reason,
      trippedAtUnixMilliseconds: unixMilliseconds - 131_000,
    },
  ],
  alarms: [
    {
      name: "flow-unknown tank-2",
      severity: "alarm",
      reason: { code: "flow-unknown", text: "The flow of tank 2 is not known: no reply for 12 s." },
      since: now - 12_000,
    },
  ],
  events: [],
  explanation: [
    {
      scope: "container",
      binding: dispatch,
      next: breaker,
      accountedWatts: 218_400,
      forMore: "A higher setpoint of dispatch; behind it stands the breaker of the feeder with 348.0 kW.",
    },
    {
      scope: "tank/tank-2",
      binding: flow,
      next: null,
      accountedWatts: 900,
      forMore: "Restore the flow, wait for the cool-down and reset tank-2/flow.",
    },
  ],
  mayEnd: false,
};

const lines: Snapshot["lines"] = [
  {
    name: "cooling",
    port: "/dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0",
    state: "open",
    since: now - 4_000_000,
    devices: [
      {
        name: "pt100",
        state: "good",
        requests: 40_211,
        timeouts: 3,
        badFrames: 1,
        exceptions: 0,
        strayBytes: 0,
        latencyMilliseconds: 21.4,
      },
      {
        name: "flow-ai8",
        state: "silent",
        requests: 38_990,
        timeouts: 12,
        badFrames: 0,
        exceptions: 0,
        strayBytes: 4,
        latencyMilliseconds: 38,
      },
    ],
  },
  { name: "tank-io", port: "/dev/ttyACM0", state: "lost", since: now - 1500, devices: [] },
];

const events: Snapshot["events"] = [
  {
    number: 311,
    unixMilliseconds: unixMilliseconds - 300_000,
    kind: "command",
    severity: "information",
    subject: "5f0c0e9a3b1d4c7e8f20a1b2c3d4e5f6",
    text: "Setpoint of dispatch accepted: limit 220.0 kW for 300 s (ecrs).",
  },
  {
    number: 312,
    unixMilliseconds: unixMilliseconds - 131_000,
    kind: "trip",
    severity: "alarm",
    subject: "tank-2/flow",
    text: "Tank 2 had 12 L/min of flow where at least 300 are wanted, for longer than 3 s; its machines sleep and the trip is latched.",
  },
];

export function exampleSnapshot(): Snapshot {
  return {
    container: "wolf-c07",
    version: "0.1.0",
    image,
    decision,
    lines,
    broker: { state: "online", since: now - 700_000, url: "mqtts://dispatch.example:8883" },
    store: { state: "good", storedRevision: 41 },
    scan: { count: 4987, lastMilliseconds: 1.24, longestMilliseconds: 9.1 },
    events,
  };
}
