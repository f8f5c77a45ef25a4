/** What was heard over MQTT and the socket, as the screen wants it. Pure. */
import type { Site } from "../../model/site.ts";
import type {
  MachineModel,
  PowerSample,
  ScreenModel,
  SetpointModel,
  TankModel,
  WireModel,
} from "../../views/screen/model.ts";
import type { ShellAnswer } from "./shell-client.ts";
import {
  type Fields,
  numberOf,
  recordsOf,
  type Telemetry,
  textOf,
  type UplinkEvent,
  type UplinkState,
} from "./uplink.ts";

/** Newest answers of the socket, by command. */
export interface ShellPages {
  readonly status: ShellAnswer | null;
  readonly points: ShellAnswer | null;
  readonly miners: ShellAnswer | null;
  readonly lines: ShellAnswer | null;
}

export interface Heard {
  readonly site: Site;
  readonly seconds: number;
  /** Null: none, or too old. */
  readonly telemetry: Telemetry | null;
  readonly state: UplinkState | null;
  readonly events: readonly UplinkEvent[];
  readonly pages: ShellPages;
  readonly brokerOnline: boolean;
  readonly socketOnline: boolean;
  readonly power: readonly PowerSample[];
  /** By tank [°C]. */
  readonly coolant: readonly (readonly (number | null)[])[];
}

export function screenModel(heard: Heard): Omit<ScreenModel, "story" | "keys"> {
  const { site, telemetry, state, pages } = heard;
  const { status } = pages;
  const binding = recordOf(status?.["binding"]);
  const power = recordOf(status?.["power"]);
  return {
    container: site.container,
    seconds: heard.seconds,
    mode: textOf(status?.["mode"]) ?? telemetry?.mode ?? "unknown",
    broker: heard.brokerOnline ? "online" : "lost",
    socket: heard.socketOnline ? "online" : "lost",
    ratedWatts: site.ratedWatts,
    ...sampleOf(telemetry, pages),
    reservedWatts: telemetry?.reservedWatts ?? numberOf(power["reservedWatts"]),
    auxiliaryWatts: telemetry?.auxiliaryWatts ?? numberOf(power["auxiliaryWatts"]),
    terahashesPerSecond: telemetry?.terahashesPerSecond ?? null,
    history: heard.power,
    binding: textOf(recordOf(binding["reason"])["text"]) ?? state?.binding ?? "",
    forMore: textOf(recordOf(status?.["explanation"])["forMore"]) ?? "",
    tanks: site.tanks.map((_, index) => tankModel(heard, index)),
    machines: machineModels(site, pages),
    setpoints: setpointModels(status === null ? (state?.setpoints ?? []) : recordsOf(status["setpoints"])),
    events: heard.events.map((event) => ({ severity: event.severity, text: event.text, seconds: event.at / 1000 })),
    wires: wireModels(heard),
  };
}

/** Power and ceiling: from telemetry, and without a broker from the socket. */
export function sampleOf(telemetry: Telemetry | null, { status }: ShellPages): PowerSample {
  if (telemetry !== null) return { watts: telemetry.powerWatts, ceilingWatts: telemetry.ceilingWatts };
  return {
    watts: numberOf(recordOf(status?.["power"])["measuredWatts"]),
    ceilingWatts: numberOf(status?.["ceilingWatts"]),
  };
}

/** Hottest good sensor of each tank [°C], from the same sources. */
export function coolantOf(site: Site, telemetry: Telemetry | null, pages: ShellPages): (number | null)[] {
  if (telemetry !== null) return site.tanks.map((_, index) => telemetry.coolantCelsius[index] ?? null);
  const value = valuesOf(pages);
  return site.tanks.map((tank) => {
    const good = tank.coolant.sensors.map(value).filter((celsius) => celsius !== null);
    return good.length === 0 ? null : Math.max(...good);
  });
}

/** Good values of points by name; null: bad or unknown. */
function valuesOf({ points }: ShellPages): (name: string | null | undefined) => number | null {
  const byName = new Map(recordsOf(points?.["points"]).map((point) => [textOf(point["name"]), point]));
  return (name) => {
    const point = byName.get(name ?? "");
    return point?.["quality"] === "good" ? numberOf(point["value"]) : null;
  };
}

/** Every point of the site is good and every machine has answered. */
export function isComplete({ status, miners }: ShellPages): boolean {
  const points = recordOf(status?.["points"]);
  const total = numberOf(points["total"]) ?? 0;
  const machines = recordsOf(miners?.["miners"]);
  return (
    total > 0 &&
    points["bad"] === 0 &&
    machines.length > 0 &&
    machines.every((one) => numberOf(one["ageMilliseconds"]) !== null)
  );
}

/** Latched trips: from the socket, else from the newest state. */
export function tripNames({ status }: ShellPages, state: UplinkState | null): readonly string[] {
  if (status === null) return state?.trips ?? [];
  return recordsOf(status["trips"]).map((trip) => textOf(trip["name"]) ?? "");
}

function recordOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function tankModel(heard: Heard, index: number): TankModel {
  const { site, telemetry, pages } = heard;
  const tank = site.tanks[index];
  if (tank === undefined) throw new RangeError(`the site has no tank number ${index}`);
  const value = valuesOf(pages);
  const contact = (name: string | null | undefined): boolean | null => {
    const level = value(name);
    return level === null ? null : level !== 0;
  };
  const branchNames = new Set(site.miners.filter((miner) => miner.tank === tank.name).map((miner) => miner.branch));
  const branches = site.branches.filter((branch) => branchNames.has(branch.name));
  const [branch] = branches;
  const prefix = `${tank.name}/`;
  const trip = tripNames(pages, heard.state).find((name) => name.startsWith(prefix));
  const leaks = tank.leakDry.map(contact);
  return {
    name: tank.name,
    coolantCelsius: coolantOf(site, telemetry, pages)[index] ?? null,
    derateCelsius: tank.coolant.derateCelsius,
    tripCelsius: tank.coolant.tripCelsius,
    flowLitersPerMinute: telemetry === null ? value(tank.flow?.point) : (telemetry.flowLitersPerMinute[index] ?? null),
    minimumLitersPerMinute: tank.flow?.minimumLitersPerMinute ?? null,
    levelPercent: value(tank.level?.point),
    pumpRunning: contact(tank.pump?.feedback),
    contactorClosed: contact(branch?.contactor?.feedback),
    dry: leaks.includes(false) ? false : leaks.includes(null) ? null : true,
    watts: value(branch?.meter?.powerWatts),
    trip: trip?.slice(prefix.length) ?? null,
    history: heard.coolant[index] ?? [],
  };
}

function machineModels(site: Site, { miners }: ShellPages): MachineModel[] {
  const phases = new Map(recordsOf(miners?.["miners"]).map((one) => [textOf(one["name"]), textOf(one["phase"])]));
  return site.miners.map(({ name, tank }) => ({ name, tank, phase: phases.get(name) ?? "unknown" }));
}

function setpointModels(setpoints: readonly Fields[]): SetpointModel[] {
  return setpoints.map((setpoint) => ({
    slot: textOf(setpoint["slot"]) ?? "",
    kind: textOf(setpoint["kind"]) ?? "",
    watts: numberOf(setpoint["watts"]) ?? Number.NaN,
    state: textOf(setpoint["state"]) ?? "",
    remainingSeconds: (numberOf(setpoint["remainingMilliseconds"]) ?? Number.NaN) / 1000,
    reason: textOf(setpoint["reason"]) ?? "",
  }));
}

/** Lines and boards as weir tells them, then machines and broker. */
function wireModels(heard: Heard): WireModel[] {
  const lines = recordsOf(heard.pages.lines?.["lines"]).map((line): WireModel => {
    const devices = recordsOf(line["devices"]);
    const ill = devices.filter((device) => device["state"] !== "good");
    const name = textOf(line["name"]) ?? "";
    if (line["state"] !== "open") return { name, state: "lost", note: textOf(line["state"]) ?? "" };
    if (ill.length > 0) {
      const note = ill.map((device) => `${textOf(device["name"])} ${textOf(device["state"])}`).join(", ");
      return { name, state: ill.length === devices.length ? "lost" : "unsure", note };
    }
    const latency = Math.max(0, ...devices.map((device) => numberOf(device["latencyMilliseconds"]) ?? 0));
    return { name, state: "good", note: `${devices.length} good, ${Math.round(latency)} ms` };
  });
  const machines = recordsOf(heard.pages.miners?.["miners"]);
  const answering = machines.filter((one) => one["fault"] === null).length;
  const machineWire: WireModel = {
    name: "machines",
    state: machines.length === 0 || answering === 0 ? "lost" : answering < machines.length ? "unsure" : "good",
    note: `${answering} of ${machines.length}`,
  };
  const broker: WireModel = {
    name: "broker",
    state: heard.brokerOnline ? "good" : "lost",
    note: heard.brokerOnline ? "online" : "lost",
  };
  return [...lines, machineWire, broker];
}
