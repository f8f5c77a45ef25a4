/** What a chart of a run shows, collected while it runs: power with ceiling and order, temperatures with the air, trips as they latch. Drawn elsewhere. */
import type { Decision } from "../../model/decision.ts";
import type { Site } from "../../model/site.ts";
import { type Curve, drawChart, type Mark } from "./chart-drawing.ts";
import type { Moment, RunParts } from "./moment.ts";
import type { RunResult } from "./run.ts";
import type { Scenario, ScenarioEvent } from "./scenario.ts";

export interface Chart {
  add(moment: Moment, parts: RunParts): void;
  svg(scenario: Scenario, result: RunResult): string;
}

/** Points kept over the whole run; each is the highest of its span, so that no peak is lost. Choice: one a pixel. */
const columns = 1000;
const colours = ["#b5179e", "#e85d04", "#2a9d8f", "#6a4c93", "#1d3557", "#bc6c25"];

export function openChart(durationSeconds: number): Chart {
  const named = (name: string, colour: string): Curve => ({ name, colour, values: [] });
  const power = named("power", "#0077b6");
  const ceiling = named("ceiling of the controller", "#d00000");
  const inner = named("allowed by the tanks", "#f4a261");
  const orders = named("lowest order", "#8d99ae");
  const air = named("air", "#8d99ae");
  const tanks: Curve[] = [];
  const trips = new Map<string, number>();
  const limits = { derateCelsius: Number.POSITIVE_INFINITY, tripCelsius: Number.POSITIVE_INFINITY };
  const keep = (curve: Curve, column: number, value: number): void => {
    curve.values[column] = Math.max(curve.values[column] ?? value, value);
  };
  return {
    add({ now, scan }, { site, container, dispatcher }) {
      const column = Math.min(columns - 1, Math.floor((now / 1000 / durationSeconds) * columns));
      const plant = container.plant();
      keep(power, column, plant.feeder.watts / 1000);
      keep(air, column, container.ambientCelsius);
      if (scan !== null) {
        keep(ceiling, column, scan.decision.ceilingWatts / 1000);
        keep(inner, column, allowedByTanks(site, scan.decision) / 1000);
      }
      for (const { name } of scan?.decision.trips ?? []) if (!trips.has(name)) trips.set(name, now / 1000);
      const standing = dispatcher.wanted().filter(({ until }) => until > now);
      const order = Math.min(...standing.map(({ watts }) => watts));
      if (Number.isFinite(order)) keep(orders, column, order / 1000);
      for (const [index, { bulkCelsius }] of plant.tanks.entries()) {
        tanks[index] ??= named(site.tanks[index]?.name ?? "", colours[index % colours.length] ?? "#000");
        keep(tanks[index], column, bulkCelsius);
      }
      for (const { coolant } of site.tanks) {
        limits.derateCelsius = Math.min(limits.derateCelsius, coolant.derateCelsius);
        limits.tripCelsius = Math.min(limits.tripCelsius, coolant.tripCelsius);
      }
    },
    svg(scenario, { violations, failures, good, seed }) {
      const verdict = good
        ? "every invariant and expectation held"
        : `${violations.length} invariants violated, ${failures.length} expectations not met`;
      return drawChart({
        title: `${scenario.name}, seed ${seed}: ${verdict}`,
        good,
        durationSeconds,
        columns,
        power: [orders, inner, ceiling, power],
        temperatures: [air, ...tanks],
        levels: [
          { name: "derate", value: limits.derateCelsius, colour: "#f4a261" },
          { name: "trip", value: limits.tripCelsius, colour: "#d00000" },
        ].filter(({ value }) => Number.isFinite(value)),
        marks: [
          ...scenario.events.map(markOf),
          ...[...trips].map(
            ([name, atSeconds]): Mark => ({ atSeconds, text: `trip ${name} latches`, colour: "#e85d04" }),
          ),
          ...violations.map(
            ({ invariant, atSeconds, text }): Mark => ({
              atSeconds,
              text: `VIOLATED ${invariant}: ${text}`,
              colour: "#d00000",
            }),
          ),
        ],
        remarks: failures.map((text) => `expected: ${text}`),
      });
    },
  };
}

/** What the limits of the tanks leave together, with the auxiliaries [W]. */
function allowedByTanks(site: Site, { limits }: Decision): number {
  let watts = site.auxiliaryWatts;
  for (const { name } of site.tanks) {
    const plates = site.miners.reduce(
      (sum, { tank, model }) => sum + (tank === name ? (site.minerModels[model]?.ratedWatts ?? 0) : 0),
      0,
    );
    const own = limits.filter(({ scope }) => scope === `tank/${name}`);
    watts += Math.min(plates, ...own.map(({ ceilingWatts }) => ceilingWatts));
  }
  return watts;
}

/** An event in a few words. */
function markOf(event: ScenarioEvent): Mark {
  const kilo = (watts: number): string => `${Math.round(watts / 100) / 10} kW`;
  const { setpoint, schedule, control, local, fault, weather, frequency, racks, restart } = event;
  const texts = [
    setpoint && `${setpoint.from}: ${setpoint.order} ${kilo(setpoint.watts)}`,
    schedule && `schedule of ${schedule.from}, ${schedule.levels.length} levels`,
    control && `${control.from}: ${control.action}`,
    local && `person: ${local.action}${local.trip === undefined ? "" : ` ${local.trip}`}`,
    fault &&
      `fault ${[fault.fault, fault.target, fault.value ?? ""].filter((word) => word !== "").join(" ")}${lasting(fault.forSeconds)}`,
    weather && `air to ${weather.ambientCelsius} °C${over(weather.overSeconds)}`,
    frequency && `frequency to ${Math.round(frequency.hertz * 100) / 100} Hz${over(frequency.overSeconds)}`,
    racks && `racks to ${kilo(racks.watts)}${over(racks.overSeconds)}`,
    restart && `controller down for ${restart.outageSeconds} s`,
  ];
  return { atSeconds: event.atSeconds, text: texts.find((text) => text !== undefined) ?? "", colour: "#6c757d" };
}

function lasting(forSeconds: number | undefined): string {
  return forSeconds === undefined ? "" : ` for ${Math.round(forSeconds)} s`;
}

function over(overSeconds: number): string {
  return overSeconds > 0 ? ` over ${Math.round(overSeconds)} s` : "";
}
