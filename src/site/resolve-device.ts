/** One Modbus device of a site file, merged with its board: which points are read, and what a person set for them. */

import type { FixedRead } from "../model/device.ts";
import type { BoardFile } from "../model/generated/board.ts";
import type { SiteFile } from "../model/generated/site.ts";
import type { DeviceSite, PointSite, Setpoint } from "../model/site.ts";
import { factorOf, straightLine } from "./calibration.ts";
import { channelFindings, extraPointFindings, setpointFindings } from "./device-rules.ts";
import { pointerOf } from "./document.ts";
import type { Finding } from "./problem.ts";

export type DeviceFile = SiteFile["lines"][number]["devices"][number];
export type Channel = NonNullable<DeviceFile["channels"]>[number];
export type BoardPoint = BoardFile["points"][number];
type FixedReadFile = BoardFile["identity"][number];

/** A point of the board and what the site makes of it. */
interface Used {
  readonly board: BoardPoint;
  readonly point: PointSite;
}

/** Resolves what can be; everything else becomes a finding below `pointer`. */
export function resolveDevice(device: DeviceFile, board: BoardFile, pointer: string, findings: Finding[]): DeviceSite {
  const used = usedPoints(device, board, pointer, findings);
  const probed = board.points.find((point) => point.name === board.probe?.point);
  return {
    name: device.name,
    board: device.board,
    address: device.address,
    discovery: board.discovery ?? null,
    identity: board.identity.map(fixedRead),
    requirements: [
      ...board.requirements,
      ...used.flatMap(({ board: { setting } }) => (setting === undefined ? [] : [setting])),
    ].map(fixedRead),
    serialNumber: board.serialNumber === undefined ? null : { model: null, ...withoutManual(board.serialNumber) },
    setpoints: setpoints(device, board, pointer, findings),
    points: used.map(({ point }) => point),
    maximumRegisters: board.maximumRegisters,
    alignmentRegisters: board.alignmentRegisters,
    minimumGapMilliseconds: device.minimumGapMilliseconds ?? board.minimumGapMilliseconds,
    responseTimeoutMilliseconds: device.responseTimeoutMilliseconds ?? board.responseTimeoutMilliseconds,
    averagingMilliseconds: board.averagingMilliseconds,
    probe:
      board.probe === undefined || probed === undefined
        ? null
        : {
            point: asDelivered(device, board, probed),
            minimum: board.probe.minimum,
            maximum: board.probe.maximum,
          },
  };
}

/** Without channels: what the board reads always, and what the site asks for besides. With channels: those, and what it asks for besides. */
function usedPoints(device: DeviceFile, board: BoardFile, pointer: string, findings: Finding[]): Used[] {
  const also = device.also ?? [];
  findings.push(...extraPointFindings(also, board, pointer));
  const plain = board.points.filter(
    (point) =>
      isCounted(device, board, point) &&
      (also.includes(point.name) || (device.channels === undefined && point.wired === "always" && !point.detail)),
  );
  const channels = (device.channels ?? []).flatMap((channel, index) => {
    const point = board.points.find((candidate) => candidate.name === channel.point);
    findings.push(...channelFindings(channel, point, board, `${pointer}${pointerOf("channels", index)}`));
    return point === undefined ? [] : [{ board: point, point: channelPoint(device, board, point, channel) }];
  });
  return [...plain.map((point) => ({ board: point, point: plainPoint(device, board, point) })), ...channels];
}

function setpoints(device: DeviceFile, board: BoardFile, pointer: string, findings: Finding[]): Setpoint[] {
  return (device.setpoints ?? []).flatMap(({ point: name, value }, index) => {
    const point = board.points.find((candidate) => candidate.name === name);
    findings.push(...setpointFindings({ name, value }, point, board, `${pointer}${pointerOf("setpoints", index)}`));
    return point === undefined ? [] : [{ point: asDelivered(device, board, point), value }];
  });
}

/** The point as the board describes it: a probe proves the device, not its installation. */
function asDelivered(device: DeviceFile, board: BoardFile, point: BoardPoint): PointSite {
  return plainPoint({ ...device, invert: false, ratio: 1, voltageRatio: 1 }, board, point);
}

function plainPoint(device: DeviceFile, board: BoardFile, point: BoardPoint): PointSite {
  const source = exchanged(device, board, point);
  const factor = factorOf(device, point.name);
  const bounds = [source.minimum, source.maximum].map((bound) => (bound === undefined ? null : bound * factor));
  const [minimum = null, maximum = null] = factor < 0 ? bounds.reverse() : bounds;
  return {
    ...commonOf(device, board, source),
    name: `${device.name}/${point.name}`,
    scale: source.scale * factor,
    offset: source.offset * factor,
    minimum,
    maximum,
    rawMinimum: null,
    rawMaximum: null,
  };
}

/** Where all current transformers are reversed, what the meter counts as exported is imported, and the other way round. */
function exchanged(device: DeviceFile, board: BoardFile, point: BoardPoint): BoardPoint {
  return device.invert ? (oppositeOf(board, point) ?? point) : point;
}

/** A meter that cannot count the other direction counts nothing behind reversed transformers. */
function isCounted(device: DeviceFile, board: BoardFile, point: BoardPoint): boolean {
  return !device.invert || !/Import|Export/.test(point.name) || oppositeOf(board, point) !== undefined;
}

function oppositeOf(board: BoardFile, point: BoardPoint): BoardPoint | undefined {
  const opposite = point.name.replace(/Import|Export/, (word) => (word === "Import" ? "Export" : "Import"));
  return board.points.find(({ name }) => name === opposite);
}

/** A free input: the board's bounds tell a broken sensor on the raw number, the site's bounds a value that cannot be. */
function channelPoint(device: DeviceFile, board: BoardFile, point: BoardPoint, channel: Channel): PointSite {
  const raw = [point.minimum, point.maximum].map((bound) =>
    bound === undefined || point.scale === 0 ? null : (bound - point.offset) / point.scale,
  );
  const [rawMinimum = null, rawMaximum = null] = point.scale < 0 ? raw.reverse() : raw;
  const factor = factorOf(device, channel.name);
  const line = straightLine(channel.scaling);
  return {
    ...commonOf(device, board, point),
    name: `${device.name}/${channel.name}`,
    scale: point.scale * line.slope * factor,
    offset: (point.offset * line.slope + line.intercept) * factor + (channel.correction ?? 0),
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
    mask: point.mask === undefined ? null : Number.parseInt(point.mask, 16),
    decoding: point.decoding,
    scaleFactorAddress: point.scaleFactorAddress ?? null,
    invalid: point.invalid,
    pollMilliseconds: pollOf(device, board, point),
    writeFunction: point.writeFunction ?? null,
    writeWords:
      point.writeWords === undefined
        ? null
        : {
            on: point.writeWords.on.map((word) => Number.parseInt(word, 16)),
            off: point.writeWords.off.map((word) => Number.parseInt(word, 16)),
            pauseMilliseconds: point.writeWords.pauseMilliseconds,
          },
  };
}

/** The site's poll counts, but what the board reads more slowly than the rest (energies) stays slow. */
function pollOf(device: DeviceFile, board: BoardFile, point: BoardPoint): number {
  const own = point.pollMilliseconds ?? board.pollMilliseconds;
  if (device.pollMilliseconds === undefined) return own;
  return own > board.pollMilliseconds ? Math.max(own, device.pollMilliseconds) : device.pollMilliseconds;
}

function fixedRead(file: FixedReadFile): FixedRead {
  const { name, function: code, address, registers, expected, certain, remedy } = file;
  return { name, function: code, address, registers, expected, certain, remedy };
}

function withoutManual<Read extends { manualRegister?: string }>({ manualRegister: _, ...read }: Read) {
  return read;
}
