/** Rules of cooling loops: tanks and fans that exist, figures in the right order, a valve and a standby that can be believed. */
import type { SiteFile } from "../../model/generated/site.ts";
import { checkPointUse, checkReference, checkUnique, namesAt, type SiteRule } from "../context.ts";
import { pointerOf } from "../document.ts";
import type { Finding } from "../problem.ts";

/** Fans are at full speed 4 K above the target; heat is dumped and power lowered only after that [K]. Source: src/control/cooling/fans.ts. */
const leastAboveTarget = 6;
/** With a heat customer its share goes down between full fans and the derate point [K]. Source: src/control/cooling/heat-circuit.ts. */
const leastAboveTargetWithHeat = 10;

/** Every switch of standby pumps, fans and valves: each is for one purpose. */
export function coolingSwitches(file: SiteFile): readonly { readonly name: string; readonly pointer: string }[] {
  const standbys = file.tanks.flatMap(({ pump }, index) =>
    pump?.standby === undefined
      ? []
      : [{ name: pump.standby.output, pointer: pointerOf("tanks", index, "pump", "standby", "output") }],
  );
  const loops = file.coolingLoops.flatMap(({ fans, heat }, loop) => [
    ...fans.flatMap(({ output }, fan) =>
      output === undefined ? [] : [{ name: output, pointer: pointerOf("coolingLoops", loop, "fans", fan, "output") }],
    ),
    ...(heat === undefined || heat.valve.endsWith("Percent")
      ? []
      : [{ name: heat.valve, pointer: pointerOf("coolingLoops", loop, "heat", "valve") }]),
  ]);
  return [...standbys, ...loops];
}

export const coolingPoints: SiteRule = (context) => {
  const { file } = context;
  const celsius = { output: false, unit: "°C" } as const;
  const contact = { output: false, unit: null } as const;
  const percent = { output: "number", unit: "%" } as const;
  return [
    ...file.tanks.flatMap(({ pump }, index) =>
      pump?.standby?.feedback === undefined
        ? []
        : checkPointUse(
            context,
            pump.standby.feedback,
            pointerOf("tanks", index, "pump", "standby", "feedback"),
            contact,
          ),
    ),
    ...file.coolingLoops.flatMap(({ ambient, fans, heat }, index) => {
      const at = (...steps: readonly (string | number)[]): string => pointerOf("coolingLoops", index, ...steps);
      const findings: Finding[] = [];
      if (ambient !== undefined)
        findings.push(...checkPointUse(context, ambient.point, at("ambient", "point"), celsius));
      for (const [fan, { speed, feedback }] of fans.entries()) {
        if (speed !== undefined) findings.push(...checkPointUse(context, speed, at("fans", fan, "speed"), percent));
        if (feedback !== undefined)
          findings.push(...checkPointUse(context, feedback, at("fans", fan, "feedback"), contact));
      }
      if (heat === undefined) return findings;
      findings.push(...checkPointUse(context, heat.supply, at("heat", "supply"), celsius));
      findings.push(...checkPointUse(context, heat.ready, at("heat", "ready"), contact));
      if (heat.valve.endsWith("Percent"))
        findings.push(...checkPointUse(context, heat.valve, at("heat", "valve"), percent));
      return findings;
    }),
  ];
};

export const coolingLoops: SiteRule = ({ file }) => {
  const tanks = file.tanks.map(({ name }) => name);
  const members = file.coolingLoops.flatMap((loop, index) =>
    loop.tanks.map((name, tank) => ({ name, pointer: pointerOf("coolingLoops", index, "tanks", tank) })),
  );
  return [
    ...checkUnique(namesAt(file.coolingLoops, "coolingLoops"), "loop name"),
    ...checkUnique(members, "tank of one loop"),
    ...members.flatMap(({ name, pointer }) => checkReference(name, tanks, pointer, "the name of a tank")),
    ...file.coolingLoops.flatMap((loop, index) => {
      const at = (...steps: readonly (string | number)[]): string => pointerOf("coolingLoops", index, ...steps);
      const derate = Math.min(
        ...file.tanks.filter(({ name }) => loop.tanks.includes(name)).map(({ coolant }) => coolant.derateCelsius),
      );
      const most = derate - (loop.heat === undefined ? leastAboveTarget : leastAboveTargetWithHeat);
      const findings: Finding[] = loop.fans.flatMap(({ output, speed }, fan) =>
        output !== undefined || speed !== undefined
          ? []
          : [
              {
                pointer: at("fans", fan),
                found: "neither `output` nor `speed`",
                expected: "a switch, a speed reference, or both",
                remedy: "name how weir runs this fan; one that runs by itself is left out of the figures",
              },
            ],
      );
      if (loop.targetCelsius > most)
        findings.push({
          pointer: at("targetCelsius"),
          found: `${loop.targetCelsius} °C`,
          expected: `at most ${most} °C: fans must be at full speed before power is lowered at ${derate} °C`,
          remedy: "lower the target",
        });
      return findings;
    }),
  ];
};

/** A standby that nothing proves would hide a tank without circulation. */
export const standbyPumps: SiteRule = ({ file }) =>
  file.tanks.flatMap(({ pump, flow }, index) => {
    if (pump?.standby === undefined || pump.standby.feedback !== undefined || flow !== undefined) return [];
    return [
      {
        pointer: pointerOf("tanks", index, "pump", "standby"),
        found: "no `feedback`, and no `flow` in this tank",
        expected: "something that proves that it runs",
        remedy: "add `feedback:` or the tank's `flow:`",
      },
    ];
  });
