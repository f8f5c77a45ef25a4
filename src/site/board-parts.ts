/** What a board must keep besides its single points: request sizes, fixed reads, discovery, settlement, drives, phases. */
import type { BoardFile } from "../model/generated/board.ts";
import { pointerOf } from "./document.ts";
import { excerpt, type Finding } from "./problem.ts";

/** Most registers in one read. Source: Modbus Application Protocol V1.1b3, sections 6.3 and 6.4. */
const largestRead = 125;

export function checkBoardParts(board: BoardFile): Finding[] {
  return [
    ...requestSize(board),
    ...fixedReads(board),
    ...discoveryParts(board),
    ...settlementParts(board),
    ...driveParts(board),
    ...phaseParts(board),
    ...serialParts(board),
  ];
}

function requestSize(board: BoardFile): Finding[] {
  const registers = board.points.some(({ function: code }) => code >= 3);
  const findings: Finding[] = [];
  if (registers && board.maximumRegisters > largestRead)
    findings.push({
      pointer: "/maximumRegisters",
      found: String(board.maximumRegisters),
      expected: `at most ${largestRead}: a longer reply does not exist in Modbus`,
      remedy: "take the maker's limit",
    });
  if (board.maximumRegisters % board.alignmentRegisters !== 0)
    findings.push({
      pointer: "/maximumRegisters",
      found: `${board.maximumRegisters} with alignmentRegisters ${board.alignmentRegisters}`,
      expected: `a multiple of ${board.alignmentRegisters}`,
      remedy: "round it down",
    });
  return findings;
}

type FixedReadFile = BoardFile["identity"][number];

function fixedReads(board: BoardFile): Finding[] {
  const lists: readonly (readonly [string, readonly FixedReadFile[]])[] = [
    ["identity", board.identity],
    ["requirements", board.requirements],
  ];
  const ofBoard = lists.flatMap(([name, list]) =>
    list.flatMap((read, index) => fixedRead(board, read, pointerOf(name, index))),
  );
  const ofPoints = board.points.flatMap(({ setting }, index) =>
    setting === undefined ? [] : fixedRead(board, setting, pointerOf("points", index, "setting")),
  );
  return [...ofBoard, ...ofPoints];
}

function fixedRead(board: BoardFile, read: FixedReadFile, pointer: string): Finding[] {
  const findings: Finding[] = [];
  if (read.registers > board.maximumRegisters)
    findings.push({
      pointer: `${pointer}/registers`,
      found: `${read.name}: ${read.registers} registers`,
      expected: `at most ${board.maximumRegisters} in a request`,
      remedy: "split it, or check maximumRegisters",
    });
  read.expected.forEach(({ raw }, index) => {
    if (raw.length === read.registers * 4) return;
    findings.push({
      pointer: `${pointer}${pointerOf("expected", index, "raw")}`,
      found: excerpt(raw),
      expected: `${read.registers * 4} hexadecimal digits for ${read.registers} registers`,
      remedy: "write whole words",
    });
  });
  return findings;
}

/** Scale factors belong to maps that are found; what is found has its factor inside the model. */
function discoveryParts(board: BoardFile): Finding[] {
  const { discovery } = board;
  return board.points.flatMap((point, index) => {
    const at = (property: string): string => pointerOf("points", index, property);
    if (discovery === undefined) return [];
    const length = Math.min(...discovery.models.map(({ lengthRegisters }) => lengthRegisters));
    const last = Math.max(point.address, point.scaleFactorAddress ?? 0);
    // The header is two registers: identifier and length.
    if (last < length + 2) return [];
    return [
      {
        pointer: at("address"),
        found: `${point.name} at ${last}`,
        expected: `an offset within a model of ${length} registers and its header`,
        remedy: "addresses of a board with `discovery` count from the model's header",
      },
    ];
  });
}

function settlementParts(board: BoardFile): Finding[] {
  if (board.serialNumber !== undefined) return [];
  return board.points.flatMap((point, index) =>
    point.settlement === undefined
      ? []
      : [
          {
            pointer: pointerOf("points", index, "settlement"),
            found: `${point.name} without \`serialNumber\` of the board`,
            expected: "a meter that says which meter it is: a swapped one would count as the same",
            remedy: "add `serialNumber:`, or leave the point unmarked",
          },
        ],
  );
}

/** A drive that is started must show that it runs and why it does not. */
function driveParts(board: BoardFile): Finding[] {
  const names = board.points.map(({ name }) => name);
  const writable = board.points.some(({ writeFunction }) => writeFunction !== undefined);
  if (board.kind !== "drive" || !writable) return [];
  return ["running", "tripped"]
    .filter((name) => !names.includes(name))
    .map((name) => ({
      pointer: "/points",
      found: `no point ${name}`,
      expected: "a drive that is switched shows `running` and `tripped`",
      remedy: "add the bit of its status word by `mask`, or leave the drive read only",
    }));
}

/** Phases are counted by the points: the feeder's rules rest on them. */
function phaseParts(board: BoardFile): Finding[] {
  if (board.kind !== "meter" || board.phases === undefined) return [];
  const three = board.points.some(({ name }) => name === "current3Amperes");
  if (three === (board.phases === 3)) return [];
  return [
    {
      pointer: "/phases",
      found: String(board.phases),
      expected: three ? "3: there is a point current3Amperes" : "1: there is no point current3Amperes",
      remedy: "correct the phases, or add the points",
    },
  ];
}

function serialParts(board: BoardFile): Finding[] {
  const { serial } = board;
  if (serial?.baudRates === undefined || serial.defaultBaudRate === undefined) return [];
  if (serial.baudRates.includes(serial.defaultBaudRate)) return [];
  return [
    {
      pointer: "/serial/defaultBaudRate",
      found: String(serial.defaultBaudRate),
      expected: `one of baudRates: ${serial.baudRates.join(", ")}`,
      remedy: "correct one",
    },
  ];
}
