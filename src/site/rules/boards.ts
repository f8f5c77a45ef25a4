/** Rules of what a site uses a board for: its wire, its phases, its energy for settlement. */
import type { BoardFile } from "../../model/generated/board.ts";
import { widthOf } from "../../protocol/modbus/registers.ts";
import { checkReference, type SiteContext, type SiteRule } from "../context.ts";
import { pointerOf } from "../document.ts";
import type { Finding } from "../problem.ts";
import { deviceOf } from "../settlement.ts";

/** A line speaks Modbus RTU; a device with Ethernet only has no place on it. */
export const transports: SiteRule = (context) =>
  eachDevice(context, (board, name, pointer) =>
    board.transports.includes("rtu")
      ? []
      : [
          {
            pointer,
            found: `${name}: ${board.vendor} ${board.model} has Modbus TCP only`,
            expected: "a device with RS-485",
            remedy: "choose the RS-485 model of it",
          },
        ],
  );

/** One phase tells nothing of the other two. */
export const meterPhases: SiteRule = ({ file, board }) =>
  file.branches.flatMap((branch, index) => {
    const device = deviceOf(file, branch.meter ?? "");
    const meter = device === undefined ? null : board(device.board);
    if (branch.phases === 1 || meter?.phases !== 1) return [];
    return [
      {
        pointer: pointerOf("branches", index, "meter"),
        found: `${branch.meter}, which measures one phase`,
        expected: `a meter of three phases for ${branch.name}`,
        remedy: "use a three-phase meter, or declare `phases: 1`",
      },
    ];
  });

/** Settlement wants every count: an integer register, of a meter that says which meter it is. */
export const settlement: SiteRule = ({ file, board }) => {
  const name = file.settlementEnergy;
  if (name === undefined) return [];
  const pointer = "/settlementEnergy";
  const [deviceName = "", pointName = ""] = name.split("/");
  const device = deviceOf(file, deviceName);
  if (device === undefined) {
    const names = file.lines.flatMap((line) => line.devices.map((each) => each.name));
    return checkReference(deviceName, names, pointer, "an energy point of a meter on a line (device/point)");
  }
  const used = board(device.board);
  if (used === null) return [];
  const channel = device.channels?.find(({ name: own }) => own === pointName);
  const source = channel?.point ?? pointName;
  const point = used.points.find((each) => each.name === source);
  const fit = used.points.filter((each) => each.settlement !== undefined).map((each) => `${deviceName}/${each.name}`);
  const remedy =
    fit.length > 0 ? `use ${fit.join(" or ")}` : "settle by a meter whose board marks a `settlement` point";
  const expected = "an integer counter of a meter with a known serial number";
  if (point === undefined) return checkReference(source, namesOf(used), pointer, `a point of ${used.model}`);
  if (point.settlement === undefined)
    return [{ pointer, found: `${name}, ${coarseness(point, file.ratedWatts)}`, expected, remedy }];
  const always = device.channels === undefined && !point.detail;
  if (always || channel !== undefined || device.also?.includes(source)) return [];
  return [{ pointer, found: `${name}, which is not read`, expected, remedy: `add \`also: [${pointName}]\`` }];
};

function namesOf(board: BoardFile): readonly string[] {
  return board.points.map(({ name }) => name);
}

/** Why a point is not fit: a float32 holds 24 bits, so that its step grows with the count. */
function coarseness(point: BoardFile["points"][number], ratedWatts: number): string {
  if (point.type !== "float32") return `${widthOf(point.type) * 16} bits of a meter whose board does not vouch for it`;
  // 8,760 hours of a year at the rated power.
  const counts = (ratedWatts * 8760) / point.scale;
  const step = 2 ** Math.max(0, Math.floor(Math.log2(counts)) - 23) * point.scale;
  return `a float32 counter: at rated power its steps are ${step} Wh after a year, and grow`;
}

function eachDevice(
  { file, board }: SiteContext,
  rule: (board: BoardFile, name: string, pointer: string) => Finding[],
): Finding[] {
  return file.lines.flatMap((line, lineIndex) =>
    line.devices.flatMap((device, index) => {
      const used = board(device.board);
      if (used === null) return [];
      return rule(used, device.name, pointerOf("lines", lineIndex, "devices", index, "board"));
    }),
  );
}
