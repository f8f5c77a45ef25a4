/** Serial lines and Firmata boards of a site file, merged with the boards they name. */

import type { FirmataSite } from "../model/firmata.ts";
import type { SiteFile } from "../model/generated/site.ts";
import type { LineSite } from "../model/site.ts";
import type { BoardLibrary } from "./boards.ts";
import { pointerOf } from "./document.ts";
import { excerpt, type Finding, suggestion } from "./problem.ts";
import { resolveDevice } from "./resolve-device.ts";

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

type FirmataBoard = Extract<ReturnType<BoardLibrary["firmata"]>, { ok: true }>["value"];

/** A board file under the name and port of the site. */
export function resolveFirmata(site: SiteFile["firmata"][number], board: FirmataBoard): FirmataSite {
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
      currentLoop:
        point.currentLoop === undefined ? null : { ...point.currentLoop, range: point.currentLoop.range ?? null },
      romCode: point.romCode ?? null,
    })),
  };
}
