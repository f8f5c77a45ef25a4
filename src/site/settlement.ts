/** The energy counter that settlement uses, as its board describes it. */

import type { SettlementEnergy } from "../model/device.ts";
import type { BoardFile } from "../model/generated/board.ts";
import type { SiteFile } from "../model/generated/site.ts";

/** Null where the site names none. The rules have proved that it is there and fit. */
export function settlementOf(file: SiteFile, board: (name: string) => BoardFile | null): SettlementEnergy | null {
  const [deviceName = "", pointName = ""] = file.settlementEnergy?.split("/") ?? [];
  const device = deviceOf(file, deviceName);
  if (file.settlementEnergy === undefined || device === undefined) return null;
  const source = device.channels?.find(({ name }) => name === pointName)?.point ?? pointName;
  const point = board(device.board)?.points.find(({ name }) => name === source);
  if (point?.settlement === undefined) return null;
  const factor = device.ratio * (device.voltageRatio ?? 1);
  return {
    point: file.settlementEnergy,
    device: deviceName,
    resolutionWattHours: point.settlement.resolutionWattHours * factor,
  };
}

export function deviceOf(file: SiteFile, name: string) {
  return file.lines.flatMap((line) => line.devices).find((device) => device.name === name);
}
