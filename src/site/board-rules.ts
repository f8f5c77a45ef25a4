/** What a board file must keep that its schema cannot say. */
import type { BoardFile } from "../model/generated/board.ts";
import { widthOf } from "../protocol/modbus/registers.ts";
import { checkBoardParts } from "./board-parts.ts";
import { pointerOf } from "./document.ts";
import { excerpt, type Finding, suggestion } from "./problem.ts";
import { quantityFinding } from "./quantities.ts";

type BoardPoint = BoardFile["points"][number];

export function checkBoard(board: BoardFile): readonly Finding[] {
  const findings = board.points.flatMap((point, index) => checkPoint(board, point, index));
  findings.push(...duplicates(board.points), ...overlaps(board.points), ...checkBoardParts(board));
  const names = board.points.map((point) => point.name);
  if (board.kind === "meter" && !names.includes("powerWatts"))
    findings.push({
      pointer: "/points",
      found: "no point powerWatts",
      expected: "a meter tells its power as powerWatts",
      remedy: "add the point, or choose another kind",
    });
  const { probe } = board;
  if (probe !== undefined && !names.includes(probe.point))
    findings.push({
      pointer: "/probe/point",
      found: excerpt(probe.point),
      expected: "a point of this board",
      remedy: suggestion(probe.point, names),
    });
  if (probe !== undefined && probe.minimum >= probe.maximum)
    findings.push({
      pointer: "/probe/minimum",
      found: `${probe.minimum}, maximum ${probe.maximum}`,
      expected: "a minimum below the maximum",
      remedy: "exchange them",
    });
  return findings;
}

function checkPoint(board: BoardFile, point: BoardPoint, index: number): Finding[] {
  const findings: Finding[] = [];
  const words = widthOf(point.type);
  const say = (property: string, found: string, expected: string, remedy: string): void => {
    findings.push({
      pointer: pointerOf("points", index, property),
      found: `${point.name}: ${found}`,
      expected,
      remedy,
    });
  };
  if (words > board.maximumRegisters)
    say("type", `${words} registers`, `at most ${board.maximumRegisters} in a request`, "check maximumRegisters");
  if (point.address + words > 65_536)
    say("address", String(point.address), "a value that ends at 65535", "addresses are 0-based, as on the wire");
  if (point.address % board.alignmentRegisters !== 0)
    say("address", String(point.address), `a multiple of ${board.alignmentRegisters}`, "see alignmentRegisters");
  const isBit = point.function === 1 || point.function === 2;
  if (isBit !== (point.type === "bit"))
    say(
      "type",
      `${point.type} by function ${point.function}`,
      "bit with functions 1 and 2, numbers with 3 and 4",
      "correct one",
    );
  if (point.writeFunction !== undefined && point.function !== (point.writeFunction === 5 ? 1 : 3))
    say("writeFunction", String(point.writeFunction), "5 for points read by 1, 6 for points read by 3", "correct one");
  if (point.writeWords !== undefined && point.writeFunction !== 6)
    say("writeWords", "no writeFunction 6", "words are written by function 6", "add `writeFunction: 6`");
  if (point.writeFunction !== undefined && board.readOnly !== undefined)
    say("writeFunction", String(point.writeFunction), "none on a board that is `readOnly`", "remove one of the two");
  if (point.writeFunction !== undefined && point.mask !== undefined)
    say(
      "writeFunction",
      `${point.writeFunction} with a mask`,
      "a whole register",
      "the other bits would be overwritten",
    );
  if (point.writeFunction === 6 && words > 1)
    say("writeFunction", `6 for ${words} registers`, "one register", "this value cannot be written in one piece");
  if (point.minimum !== undefined && point.maximum !== undefined && point.minimum >= point.maximum)
    say("minimum", `${point.minimum}, maximum ${point.maximum}`, "a minimum below the maximum", "exchange them");
  if (point.scale === 0) say("scale", "0", "a scale other than 0", "correct the scale");
  const digits = words * 4;
  if (point.mask !== undefined && (!/^uint(16|32)$/.test(point.type) || point.mask.length !== digits))
    say("mask", `${point.mask} for ${point.type}`, `${digits} digits for uint16 or uint32`, "correct the mask");
  if (point.mask !== undefined && Number.parseInt(point.mask, 16) === 0)
    say("mask", point.mask, "at least one bit", "correct the mask");
  if (point.settlement !== undefined && !point.name.endsWith("WattHours"))
    say("settlement", "no energy", "a point in WattHours", "mark the energy counter");
  if (point.settlement !== undefined && point.type === "float32")
    say("settlement", "a float32 counter", "an integer: the steps of a float grow with its count", "leave it unmarked");
  if (point.settlement !== undefined && point.settlement.resolutionWattHours !== point.scale)
    say("settlement", `${point.settlement.resolutionWattHours} Wh`, `the scale, ${point.scale} Wh`, "correct one");
  findings.push(...quantityFinding(point.name, pointerOf("points", index, "name")));
  for (const raw of point.invalid)
    if (raw.length !== words * 4) say("invalid", raw, `${words * 4} hexadecimal digits`, "write whole words");
  return findings;
}

export function duplicates(points: readonly { readonly name: string }[]): Finding[] {
  return points.flatMap(({ name }, index) =>
    points.findIndex((other) => other.name === name) === index
      ? []
      : [
          {
            pointer: pointerOf("points", index, "name"),
            found: `a second ${name}`,
            expected: "each name once",
            remedy: "rename one",
          },
        ],
  );
}

/** Two points on one register are a typing error in one of them, unless each takes its own bits. */
function overlaps(points: readonly BoardPoint[]): Finding[] {
  return points.flatMap((point, index) => {
    const clash = points
      .slice(0, index)
      .find(
        (other) =>
          other.function === point.function &&
          other.address < point.address + widthOf(point.type) &&
          point.address < other.address + widthOf(other.type) &&
          !sharesBits(point, other),
      );
    if (clash === undefined) return [];
    return [
      {
        pointer: pointerOf("points", index, "address"),
        found: `${point.name} at ${point.address} lies on ${clash.name} at ${clash.address}`,
        expected: "each register in one point",
        remedy: "compare both addresses with the manual",
      },
    ];
  });
}

function sharesBits(one: BoardPoint, other: BoardPoint): boolean {
  if (one.address !== other.address || one.type !== other.type) return false;
  if (one.mask === undefined || other.mask === undefined) return false;
  return (Number.parseInt(one.mask, 16) & Number.parseInt(other.mask, 16)) === 0;
}
