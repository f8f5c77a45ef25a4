/** What a site may ask of a device of a board: channels, further points, setpoints. */
import type { BoardFile } from "../model/generated/board.ts";
import type { SiteFile } from "../model/generated/site.ts";
import { pointerOf } from "./document.ts";
import { excerpt, type Finding, suggestion } from "./problem.ts";
import { quantityFinding } from "./quantities.ts";
import { unitOf } from "./units.ts";

type DeviceFile = SiteFile["lines"][number]["devices"][number];
type Channel = NonNullable<DeviceFile["channels"]>[number];
type BoardPoint = BoardFile["points"][number];

function unknownPoint(name: string, board: BoardFile, pointer: string): Finding {
  const names = board.points.map((point) => point.name);
  const expected = `a point of ${board.vendor} ${board.model}`;
  return { pointer, found: excerpt(name), expected, remedy: suggestion(name, names) };
}

export function channelFindings(
  channel: Channel,
  point: BoardPoint | undefined,
  board: BoardFile,
  pointer: string,
): Finding[] {
  if (point === undefined) return [unknownPoint(channel.point, board, `${pointer}/point`)];
  const findings = quantityFinding(channel.name, `${pointer}/name`);
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

/** A free input is wired by a channel, which names it; `also` is for the rest. */
export function extraPointFindings(also: readonly string[], board: BoardFile, pointer: string): Finding[] {
  return also.flatMap((name, index) => {
    const point = board.points.find((candidate) => candidate.name === name);
    const at = `${pointer}${pointerOf("also", index)}`;
    if (point === undefined) return [unknownPoint(name, board, at)];
    if (point.wired === "always") return [];
    const remedy = `add a channel: { point: ${name}, name: .. }`;
    return [{ pointer: at, found: `${name}, a free input`, expected: "a point that is always wired", remedy }];
  });
}

/** What a board must not be used for, and why. */
export function readOnlyFinding(name: string, why: string, pointer: string): Finding {
  return {
    pointer,
    found: `${name}, of a device that is only read`,
    expected: "a device that weir writes",
    remedy: why,
  };
}

export function setpointFindings(
  { name, value }: { readonly name: string; readonly value: number },
  point: BoardPoint | undefined,
  board: BoardFile,
  pointer: string,
): Finding[] {
  if (board.readOnly !== undefined) return [readOnlyFinding(name, board.readOnly, `${pointer}/point`)];
  if (point === undefined) return [unknownPoint(name, board, `${pointer}/point`)];
  if (point.writeFunction !== 6 || point.writeWords !== undefined)
    return [
      {
        pointer: `${pointer}/point`,
        found: `${name}, which takes no number`,
        expected: "a number that the board writes with function 6",
        remedy: `name one of: ${writableNumbers(board).join(", ") || "none on this board"}`,
      },
    ];
  const { minimum = -Infinity, maximum = Infinity } = point;
  if (value >= minimum && value <= maximum) return [];
  return [
    {
      pointer: `${pointer}/value`,
      found: String(value),
      expected: `${minimum} to ${maximum} ${unitOf(name) ?? ""}`.trimEnd(),
      remedy: "correct the value",
    },
  ];
}

function writableNumbers(board: BoardFile): string[] {
  return board.points
    .filter(({ writeFunction, writeWords }) => writeFunction === 6 && writeWords === undefined)
    .map(({ name }) => name);
}
