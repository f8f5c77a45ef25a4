/** What the container says over MQTT, decoded as dispatch would decode it: the newest of each topic, and events as they come. */
import { readFileSync } from "node:fs";
import { decode } from "cbor-x";
import { dataFolder } from "../../site/data-folder.ts";

export interface Telemetry {
  readonly powerWatts: number | null;
  readonly ceilingWatts: number | null;
  readonly reservedWatts: number | null;
  readonly auxiliaryWatts: number | null;
  readonly terahashesPerSecond: number | null;
  readonly mode: string;
  /** By tank, in the order of the site. */
  readonly coolantCelsius: readonly (number | null)[];
  readonly flowLitersPerMinute: readonly (number | null)[];
  /** [ms since the demo began] */
  readonly at: number;
}

export interface UplinkEvent {
  readonly severity: "information" | "warning" | "alarm";
  readonly text: string;
  readonly at: number;
}

export interface UplinkState {
  readonly binding: string;
  readonly trips: readonly string[];
  readonly setpoints: readonly Readonly<Record<string, unknown>>[];
  readonly at: number;
}

export interface Uplink {
  take(topic: string, payload: Uint8Array): void;
  readonly telemetry: Telemetry | null;
  readonly state: UplinkState | null;
  readonly status: string | null;
  /** Newest last; bounded. */
  readonly events: readonly UplinkEvent[];
  /** Events since the last call. */
  takeEvents(): readonly UplinkEvent[];
}

export type Fields = Readonly<Record<string, unknown>>;

const mostEvents = 200;

export function openUplink(now: () => number): Uplink {
  const keys = telemetryKeys();
  let telemetry: Telemetry | null = null;
  let state: UplinkState | null = null;
  let status: string | null = null;
  let events: readonly UplinkEvent[] = [];
  let unseen: readonly UplinkEvent[] = [];
  return {
    get telemetry() {
      return telemetry;
    },
    get state() {
      return state;
    },
    get status() {
      return status;
    },
    get events() {
      return events;
    },
    takeEvents: () => {
      const taken = unseen;
      unseen = [];
      return taken;
    },
    take: (topic, payload) => {
      const body = decodeBody(payload);
      if (body === null) return;
      const kind = topic.split("/")[3];
      if (kind === "telemetry") telemetry = readTelemetry(body, keys, now());
      else if (kind === "status") status = textOf(body["status"]);
      else if (kind === "state") state = readState(body, now());
      else if (kind === "event") {
        const event = readEvent(body, now());
        events = [...events.slice(1 - mostEvents), event];
        unseen = [...unseen.slice(1 - mostEvents), event];
      }
    },
  };
}

/** Integer keys of telemetry by name, from the contract's registry. */
function telemetryKeys(): ReadonlyMap<string, string> {
  const registry = JSON.parse(readFileSync(`${dataFolder()}schemas/keys.json`, "utf8")) as {
    readonly telemetry: Readonly<Record<string, number>>;
  };
  return new Map(Object.entries(registry.telemetry).map(([name, key]) => [name, String(key)]));
}

/** The first byte tells JSON from CBOR. */
function decodeBody(payload: Uint8Array): Fields | null {
  const openingBrace = 0x7b;
  let body: unknown;
  try {
    body = payload[0] === openingBrace ? JSON.parse(Buffer.from(payload).toString("utf8")) : decode(payload);
  } catch {
    return null;
  }
  if (body instanceof Map) return Object.fromEntries([...body].map(([key, value]) => [String(key), value]));
  return typeof body === "object" && body !== null ? (body as Fields) : null;
}

function readTelemetry(body: Fields, keys: ReadonlyMap<string, string>, at: number): Telemetry {
  const field = (name: string): unknown => body[keys.get(name) ?? name] ?? body[name];
  return {
    powerWatts: numberOf(field("powerWatts")),
    ceilingWatts: numberOf(field("ceilingWatts")),
    reservedWatts: numberOf(field("reservedWatts")),
    auxiliaryWatts: numberOf(field("auxiliaryWatts")),
    terahashesPerSecond: numberOf(field("hashrateTerahashesPerSecond")),
    mode: textOf(field("mode")) ?? "unknown",
    coolantCelsius: numbersOf(field("coolantCentidegrees")).map((value) => (value === null ? null : value / 100)),
    flowLitersPerMinute: numbersOf(field("flowMillilitersPerSecond")).map((value) =>
      value === null ? null : (value * 60) / 1000,
    ),
    at,
  };
}

function readState(body: Fields, at: number): UplinkState {
  const binding = body["binding"] as Fields | undefined;
  return {
    binding: textOf(binding?.["text"]) ?? "",
    trips: recordsOf(body["trips"]).map((trip) => textOf(trip["name"]) ?? ""),
    setpoints: recordsOf(body["setpoints"]),
    at,
  };
}

function readEvent(body: Fields, at: number): UplinkEvent {
  const severity = body["severity"];
  return {
    severity: severity === "warning" || severity === "alarm" ? severity : "information",
    text: textOf(body["text"]) ?? "",
    at,
  };
}

export function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

export function recordsOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter((item): item is Fields => typeof item === "object" && item !== null) : [];
}

function numbersOf(value: unknown): readonly (number | null)[] {
  return Array.isArray(value) ? value.map(numberOf) : [];
}
