/** Rules of tanks: sensors that can be believed, limits in the right order, heat that can be cut off while the pump runs on. */
import {
  checkPointUse,
  checkReference,
  checkUnique,
  namesAt,
  pathToRoot,
  type SiteContext,
  type SiteRule,
} from "../context.ts";
import { pointerOf } from "../document.ts";
import type { Finding } from "../problem.ts";

type TankFile = SiteContext["file"]["tanks"][number];

const contact = { output: false, unit: null } as const;

export const tankPoints: SiteRule = (context) => {
  const findings = checkUnique(namesAt(context.file.tanks, "tanks"), "tank name");
  context.file.tanks.forEach((tank, index) => {
    const at = (...steps: readonly (string | number)[]): string => pointerOf("tanks", index, ...steps);
    tank.coolant.sensors.forEach((name, sensor) => {
      const pointer = at("coolant", "sensors", sensor);
      findings.push(...checkPointUse(context, name, pointer, { output: false, unit: "°C" }));
    });
    const { flow, level, pump } = tank;
    if (flow !== undefined)
      findings.push(...checkPointUse(context, flow.point, at("flow", "point"), { output: false, unit: "L/min" }));
    if (level !== undefined)
      findings.push(...checkPointUse(context, level.point, at("level", "point"), { output: false, unit: "%" }));
    if (pump?.feedback !== undefined)
      findings.push(...checkPointUse(context, pump.feedback, at("pump", "feedback"), contact));
    tank.leakDry.forEach((name, leak) => {
      findings.push(...checkPointUse(context, name, at("leakDry", leak), contact));
    });
  });
  return findings;
};

/** release < derate < trip <= what the most delicate machine in the tank stands. */
export const coolantLimits: SiteRule = ({ file, miners }) =>
  file.tanks.flatMap((tank, index) => {
    const { derateCelsius, tripCelsius, releaseCelsius } = tank.coolant;
    const at = (property: string): string => pointerOf("tanks", index, "coolant", property);
    const findings: Finding[] = [];
    if (tripCelsius <= derateCelsius)
      findings.push({
        pointer: at("tripCelsius"),
        found: `${tripCelsius} °C`,
        expected: `above derateCelsius, ${derateCelsius} °C`,
        remedy: "power is lowered between derate and trip: leave some degrees between them",
      });
    if (releaseCelsius >= derateCelsius)
      findings.push({
        pointer: at("releaseCelsius"),
        found: `${releaseCelsius} °C`,
        expected: `below derateCelsius, ${derateCelsius} °C`,
        remedy: "a trip may be reset only where full power is allowed again",
      });
    for (const row of miners) {
      const limit = row.maximumInletCelsius;
      if (file.miners[row.index]?.tank !== tank.name || limit === null || tripCelsius <= limit) continue;
      findings.push({
        pointer: at("tripCelsius"),
        found: `${tripCelsius} °C`,
        expected: `at most ${limit} °C, what ${file.miners[row.index]?.model} in ${tank.name} stands at its inlet`,
        remedy: "lower the trip, and derate with it",
      });
    }
    return findings;
  });

/** Sensors of one module fail together. */
export const sensorIndependence: SiteRule = ({ file }) =>
  file.tanks.flatMap((tank, index) => {
    const pointer = pointerOf("tanks", index, "coolant", "sensors");
    const sensors = tank.coolant.sensors;
    return sensors.flatMap((name, at) => {
      const module = name.split("/")[0];
      const before = sensors.slice(0, at).find((other) => other.split("/")[0] === module);
      if (before === undefined) return [];
      return [
        {
          pointer: `${pointer}/${at}`,
          found: `${name} on the module of ${before}`,
          expected: "voted sensors on different modules: one that fails must not take the other along",
          remedy: "wire it to another device, or leave it out",
        },
      ];
    });
  });

/** A tank's heat must end even when machines do not obey, and not through weir alone. */
export const heatCutOff: SiteRule = ({ file }) =>
  file.tanks.flatMap((tank, index) => {
    if (tank.interlock === "hard-wired") return [];
    const uncovered = file.miners.find(
      (row) =>
        row.tank === tank.name && !pathToRoot(file, row.branch ?? "").some(({ contactor }) => contactor !== undefined),
    );
    if (uncovered === undefined) return [];
    return [
      {
        pointer: pointerOf("tanks", index),
        found: `no contactor on the way to ${uncovered.name}, and no interlock`,
        expected: "a contactor that weir opens, or a hard-wired interlock",
        remedy: "add `contactor:` to the machines' branch, or declare `interlock: hard-wired` where one is wired",
      },
    ];
  });

/** Trip the heat source, never the cooling. */
export const pumpSupply: SiteRule = ({ file }) =>
  file.tanks.flatMap((tank: TankFile, index) => {
    const branch = tank.pump?.branch;
    if (tank.pump === undefined) return [];
    if (branch === undefined) {
      if (!file.branches.some(({ contactor }) => contactor !== undefined)) return [];
      return [
        {
          pointer: pointerOf("tanks", index, "pump"),
          found: "no `branch`",
          expected: "the branch that feeds the pump: it must not lie behind a contactor",
          remedy: "add `branch:`",
        },
      ];
    }
    const pointer = pointerOf("tanks", index, "pump", "branch");
    const names = file.branches.map(({ name }) => name);
    const behind = pathToRoot(file, branch).find(({ contactor }) => contactor !== undefined);
    if (behind === undefined) return checkReference(branch, names, pointer, "the name of a branch");
    return [
      {
        pointer,
        found: `${branch}, behind the contactor of ${behind.name}`,
        expected: "a branch without a contactor up to the metering point: weir trips the heat, never the cooling",
        remedy: "feed the pump from another branch",
      },
    ];
  });

/** Lost flow is seen by its sensor or acts through hard wires; a coolant sensor tells of it when the fluid around a machine is hot already. */
export const flowProof: SiteRule = ({ file }) =>
  file.tanks.flatMap((tank, index) =>
    tank.flow !== undefined || tank.interlock === "hard-wired"
      ? []
      : [
          {
            pointer: pointerOf("tanks", index),
            found: "no `flow`, and no interlock",
            expected: "a flow sensor, or a flow switch hard-wired into the contactors' coil circuit",
            remedy: "add `flow:`, or declare `interlock: hard-wired` where one is wired",
          },
        ],
  );
