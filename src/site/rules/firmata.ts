/** The rule of boards without checksum: what a Firmata board says is never the only source of a trip. */
import type { SiteContext, SiteRule } from "../context.ts";
import { pointerOf } from "../document.ts";
import type { Finding } from "../problem.ts";

/** Firmata has no checksum, and a board that is reset tells nothing for seconds: each trip needs a sensor on a Modbus device. */
export const firmataAlone: SiteRule = (context) => {
  const { file } = context;
  return [
    ...alone(context, file.smokeClear, pointerOf("smokeClear"), "smoke detector"),
    ...file.tanks.flatMap((tank, index) => {
      const { coolant, flow, level, pump, leakDry } = tank;
      const at = (...steps: readonly string[]): string => pointerOf("tanks", index, ...steps);
      const flowPoints = flow === undefined ? [] : [flow.point];
      const feedback = pump?.feedback === undefined ? [] : [pump.feedback];
      return [
        ...alone(context, coolant.sensors, at("coolant", "sensors"), "coolant sensor"),
        ...alone(context, flowPoints, at("flow", "point"), "flow sensor"),
        ...alone(context, level === undefined ? [] : [level.point], at("level", "point"), "level sensor"),
        ...alone(context, leakDry, at("leakDry"), "leak detector"),
        // Where flow is measured, a pump that stands shows there too.
        ...(flowPoints.length > 0 ? [] : alone(context, feedback, at("pump", "feedback"), "proof that the pump runs")),
      ];
    }),
  ];
};

function alone(context: SiteContext, points: readonly string[], pointer: string, what: string): Finding[] {
  if (points.length === 0 || points.some((point) => context.points.get(point)?.wire !== "firmata")) return [];
  return [
    {
      pointer,
      found: `only Firmata: ${points.join(", ")}`,
      expected: `at least one ${what} on a Modbus device: Firmata has no checksum`,
      remedy: `wire a ${what} to a serial line; the Firmata board may measure it besides`,
    },
  ];
}
