/** Rules of what tells how a tank carries its heat: its inlet, and how it is warmed when it is cold. */
import { checkPointUse, type SiteRule } from "../context.ts";
import { pointerOf } from "../document.ts";
import type { Finding } from "../problem.ts";

export const tankInlets: SiteRule = (context) =>
  context.file.tanks.flatMap(({ inlet, coolant }, index) => {
    if (inlet === undefined) return [];
    const at = (property: string): string => pointerOf("tanks", index, "inlet", property);
    const findings = [...checkPointUse(context, inlet.point, at("point"), { output: false, unit: "°C" })];
    if (coolant.sensors.includes(inlet.point))
      findings.push({
        pointer: at("point"),
        found: `${inlet.point}, a sensor of the hot side`,
        expected: "a sensor where the coolant comes back from the heat exchanger",
        remedy: "name another sensor, or leave `inlet:` out",
      });
    if (inlet.tripKelvin <= inlet.derateKelvin)
      findings.push({
        pointer: at("tripKelvin"),
        found: `${inlet.tripKelvin} K`,
        expected: `above derateKelvin, ${inlet.derateKelvin} K`,
        remedy: "power is lowered between derate and trip: leave some kelvin between them",
      });
    return findings;
  });

/** Cold fluid gets no more power a litre than warm fluid does. */
export const warmUps: SiteRule = ({ file, miners }) =>
  file.tanks.flatMap((tank, index) => {
    const { warmUp, flow } = tank;
    if (warmUp === undefined) return [];
    const at = (...steps: readonly string[]): string => pointerOf("tanks", index, "warmUp", ...steps);
    if (flow === undefined)
      return [
        {
          pointer: at(),
          found: "no `flow` in this tank",
          expected: "a flow sensor: what `warmUp:` eases is the flow that is asked for",
          remedy: "add `flow:`, or leave `warmUp:` out",
        },
      ];
    const findings: Finding[] = [];
    if (warmUp.warmCelsius <= warmUp.coldCelsius || warmUp.warmCelsius >= tank.coolant.releaseCelsius)
      findings.push({
        pointer: at("warmCelsius"),
        found: `${warmUp.warmCelsius} °C`,
        expected: `between coldCelsius, ${warmUp.coldCelsius} °C, and releaseCelsius, ${tank.coolant.releaseCelsius} °C`,
        remedy: "name the temperature from which the full flow is there",
      });
    if (warmUp.coldLitersPerMinute > flow.minimumLitersPerMinute)
      findings.push({
        pointer: at("coldLitersPerMinute"),
        found: `${warmUp.coldLitersPerMinute} L/min`,
        expected: `at most minimumLitersPerMinute, ${flow.minimumLitersPerMinute} L/min`,
        remedy: "cold coolant flows less, not more",
      });
    const peakWatts = miners
      .filter((row) => file.miners[row.index]?.tank === tank.name)
      .reduce((sum, row) => sum + (row.peakWatts ?? 0) * row.miners.length, 0);
    const mostWatts = Math.round((peakWatts * warmUp.coldLitersPerMinute) / flow.minimumLitersPerMinute);
    if (warmUp.watts > mostWatts)
      findings.push({
        pointer: at("watts"),
        found: `${warmUp.watts} W`,
        expected: `at most ${mostWatts} W: as much a litre as ${peakWatts} W at ${flow.minimumLitersPerMinute} L/min`,
        remedy: "warm the coolant more slowly",
      });
    return findings;
  });
