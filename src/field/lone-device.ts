/** A device as its board alone describes it, with every point there is: for tools that have no site file. */
import type { BoardFile } from "../model/generated/board.ts";
import type { DeviceSite } from "../model/site.ts";
import { resolveDevice } from "../site/resolve-device.ts";

/** All points, also those that a site would have to name: details and free inputs. */
export function loneDevice(name: string, boardName: string, board: BoardFile, address: number): DeviceSite {
  const points = board.points.map((point) => ({ ...point, wired: "always" as const, detail: false }));
  const device = { name, board: boardName, address, invert: false, ratio: 1 };
  return resolveDevice(device, { ...board, points }, "", []);
}
