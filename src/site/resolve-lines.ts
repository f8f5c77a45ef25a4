/** Serial lines and Firmata boards of a site file, merged with the boards they name. */
import type { BoardFile } from "../model/generated/board.ts";
import type { SiteFile } from "../model/generated/site.ts";
import type { DeviceSite, FirmataSite, LineSite, PointSite } from "../model/site.ts";
import type { BoardLibrary } from "./boards.ts";
import { pointerOf } from "./document.ts";
import { excerpt, type Finding, suggestion } from "./problem.ts";
import { unitOf } from "./units.ts";

type LineFile = SiteFile["lines"][number];
type DeviceFile = LineFile["devices"][number];
type Channel = NonNullable<DeviceFile["channels"]>[number];
type BoardPoint = BoardFile["points"][number];

export interface ResolvedWires {
  readonly lines: readonly LineSite[];
  readonly firmata: readonly FirmataSite[];
  /** Devices whose board could not be used: their points are not known, and not wrong either. */
  readonly unresolved: ReadonlySet<string>;
}

/** Resolves what can be; everything else becomes a finding. */
export function resolveWires(file: SiteFile, library: BoardLibrary, findings: Finding[]): ResolvedWires {
  const unresolved = new Set<string>();
  const lines = file.lines.map((line, lineIndex) => ({
    name: line.name,
    port: line.port,
    baudRate: line.baudRate,
    parity: line.parity,
    stopBits: line.stopBits,
    devices: line.devices.flatMap((device, index) => {
      const pointer = pointerOf("lines", lineIndex, "devices", index);
      const board = library.modbus(device.board);
      if (board.ok) return [resolveDevice(device, board.value, pointer, findings)];
      unresolved.add(device.name);
      if (board.error === "unknown") findings.push(unknownBoard(device.board, pointer, library.names("modbus")));
      return [];
    }),
  }));
  const firmata = file.firmata.flatMap((site, index) => {
    const board = library.firmata(site.board);
    if (board.ok) return [resolveFirmata(site, board.value)];
    unresolved.add(site.name);
    if (board.error === "unknown")
      findings.push(unknownBoard(site.board, pointerOf("firmata", index), library.names("firmata")));
    return [];
  });
  return { lines, firmata, unresolved };
}

function unknownBoard(name: string, pointer: string, names: readonly string[]): Finding {
  const expected = "the name of a file in boards/, without folder and ending";
  return { pointer: `${pointer}/board`, found: excerpt(name), expected, remedy: suggestion(name, names) };
}

function resolveDevice(device: DeviceFile, board: BoardFile, pointer: string, findings: Finding[]): DeviceSite {
  const points =
    device.channels === undefined
      ? board.points.filter((point) => point.wired === "always").map((point) => plainPoint(device, board, point))
      : device.channels.flatMap((channel, index) => {
          const point = board.points.find((candidate) => candidate.name === channel.point);
          const at = `${pointer}${pointerOf("channels", index)}`;
          findings.push(...channelFindings(channel, point, board, at));
          return point === undefined ? [] : [channelPoint(device, board, point, channel)];
        });
  const probed = board.points.find((point) => point.name === board.probe?.point);
  return {
    name: device.name,
    board: device.board,
    address: device.address,
    points,
    maximumRegisters: board.maximumRegisters,
    alignmentRegisters: board.alignmentRegisters,
    minimumGapMilliseconds: board.minimumGapMilliseconds,
    responseTimeoutMilliseconds: device.responseTimeoutMilliseconds ?? board.responseTimeoutMilliseconds,
    averagingMilliseconds: board.averagingMilliseconds,
    probe:
      board.probe === undefined || probed === undefined
        ? null
        : {
            point: withoutSiteFactors(device, board, probed),
            minimum: board.probe.minimum,
            maximum: board.probe.maximum,
          },
  };
}

/** The point as the board describes it: the probe proves the device, not its installation. */
function withoutSiteFactors(device: DeviceFile, board: BoardFile, point: BoardPoint): PointSite {
  return plainPoint({ ...device, invert: false, ratio: 1 }, board, point);
}

function plainPoint(device: DeviceFile, board: BoardFile, point: BoardPoint): PointSite {
  const factor = siteFactor(device, point.name);
  const bounds = [point.minimum, point.maximum].map((bound) => (bound === undefined ? null : bound * factor));
  const [minimum = null, maximum = null] = factor < 0 ? bounds.reverse() : bounds;
  return {
    ...commonOf(device, board, point),
    name: `${device.name}/${point.name}`,
    scale: point.scale * factor,
    offset: point.offset * factor,
    minimum,
    maximum,
    rawMinimum: null,
    rawMaximum: null,
  };
}

/** A free input: the board's bounds tell a broken sensor on the raw number, the site's bounds a value that cannot be. */
function channelPoint(device: DeviceFile, board: BoardFile, point: BoardPoint, channel: Channel): PointSite {
  const raw = [point.minimum, point.maximum].map((bound) =>
    bound === undefined || point.scale === 0 ? null : (bound - point.offset) / point.scale,
  );
  const [rawMinimum = null, rawMaximum = null] = point.scale < 0 ? raw.reverse() : raw;
  const factor = siteFactor(device, channel.name);
  const line = straightLine(channel.scaling);
  return {
    ...commonOf(device, board, point),
    name: `${device.name}/${channel.name}`,
    scale: point.scale * line.slope * factor,
    offset: (point.offset * line.slope + line.intercept) * factor,
    minimum: channel.minimum ?? null,
    maximum: channel.maximum ?? null,
    rawMinimum,
    rawMaximum,
    pollMilliseconds: channel.pollMilliseconds ?? pollOf(device, board, point),
  };
}

function commonOf(device: DeviceFile, board: BoardFile, point: BoardPoint) {
  return {
    function: point.function,
    address: point.address,
    type: point.type,
    wordOrder: point.wordOrder ?? board.defaultWordOrder,
    invalid: point.invalid,
    pollMilliseconds: pollOf(device, board, point),
    writeFunction: point.writeFunction ?? null,
  };
}

/** The site's poll counts, but what the board reads more slowly than the rest (energies) stays slow. */
function pollOf(device: DeviceFile, board: BoardFile, point: BoardPoint): number {
  const own = point.pollMilliseconds ?? board.pollMilliseconds;
  if (device.pollMilliseconds === undefined) return own;
  return own > board.pollMilliseconds ? Math.max(own, device.pollMilliseconds) : device.pollMilliseconds;
}

/** Reversed or unknown current transformers: they turn or multiply power, current and energy, nothing else. */
function siteFactor(device: DeviceFile, name: string): number {
  const unit = unitOf(name);
  if (unit === null || !["W", "A", "Wh", "VA", "var"].includes(unit)) return 1;
  return device.ratio * (device.invert ? -1 : 1);
}

function straightLine(scaling: Channel["scaling"]): { slope: number; intercept: number } {
  if (scaling === undefined) return { slope: 1, intercept: 0 };
  const { from, to } = scaling;
  const slope = from[1] === from[0] ? 0 : (to[1] - to[0]) / (from[1] - from[0]);
  return { slope, intercept: to[0] - from[0] * slope };
}

function channelFindings(
  channel: Channel,
  point: BoardPoint | undefined,
  board: BoardFile,
  pointer: string,
): Finding[] {
  if (point === undefined) {
    const names = board.points.map(({ name }) => name);
    const expected = `a point of ${board.vendor} ${board.model}`;
    return [
      {
        pointer: `${pointer}/point`,
        found: excerpt(channel.point),
        expected,
        remedy: suggestion(channel.point, names),
      },
    ];
  }
  const findings: Finding[] = [];
  const { scaling } = channel;
  if (scaling !== undefined && (scaling.from[0] === scaling.from[1] || scaling.to[0] === scaling.to[1]))
    findings.push({
      pointer: `${pointer}/scaling`,
      found: excerpt(scaling),
      expected: "two different points of a straight line",
      remedy: "for example from: [4, 20], to: [0, 250]",
    });
  const wanted = unitOf(point.name);
  if (scaling === undefined && unitOf(channel.name) !== wanted)
    findings.push({
      pointer: `${pointer}/name`,
      found: `${channel.name} [${unitOf(channel.name) ?? "no unit"}]`,
      expected: `a name in the unit of ${point.name} [${wanted ?? "no unit"}], or a scaling`,
      remedy: "end the name with the board's unit, or add `scaling: {from: [..], to: [..]}`",
    });
  if (channel.minimum !== undefined && channel.maximum !== undefined && channel.minimum >= channel.maximum)
    findings.push({
      pointer: `${pointer}/minimum`,
      found: `${channel.minimum}, maximum ${channel.maximum}`,
      expected: "a minimum below the maximum",
      remedy: "exchange them",
    });
  return findings;
}

type FirmataBoard = Extract<ReturnType<BoardLibrary["firmata"]>, { ok: true }>["value"];

function resolveFirmata(site: SiteFile["firmata"][number], board: FirmataBoard): FirmataSite {
  return {
    name: site.name,
    port: site.port,
    board: site.board,
    baudRate: board.baudRate,
    points: board.points.map((point) => ({
      name: `${site.name}/${point.name}`,
      kind: point.kind,
      pin: point.pin,
      minimum: point.minimum ?? null,
      maximum: point.maximum ?? null,
      thermistor: point.thermistor ?? null,
    })),
  };
}
