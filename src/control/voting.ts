/** Votes coolant sensors: three: the middle; two: the higher; one of several: derated; none: the tank's safety time runs. */
import type { Milliseconds } from "../model/reading.ts";
import { certain } from "./impossible.ts";
import { type Judged, lowestSince, worstSince } from "./judge.ts";

export interface Vote {
  /** The voted temperature of the sensors that count [°C]; null: none counts. */
  readonly celsius: number | null;
  /** What power is limited by: never below `celsius`, and not below what a failed sensor may read by now [°C]; null: nothing is known. */
  readonly cautiousCelsius: number | null;
  /** What cold fluid is judged by: never above `celsius`, and not above what a failed sensor may read by now [°C]; null: nothing is known. */
  readonly coldestCelsius: number | null;
  readonly valid: number;
  /** The highest and the lowest that count are further apart than sensors in one stream can be. */
  readonly disagree: boolean;
}

/** Sensors in one stream further apart than this disagree [K]. Source: grid-and-safety 5.1: below 5 K between top and bottom is healthy. */
const disagreementKelvin = 5;
/** How long the last value of a lost sensor still counts against the others [ms]. Source: choice: as long as the process safety time of the envelope. */
export const lostSensorCountsMilliseconds: Milliseconds = 30_000;
/** Fastest believable rise of the coolant [K/s]. Source: grid-and-safety 5.2, see the layout. */
const changePerSecond = 1;

/** Votes one tank's sensors, in any order. */
export function voteCoolant(sensors: readonly Judged[], now: Milliseconds): Vote {
  const good = sensors.flatMap((sensor) => (sensor.quality === "good" ? [sensor.value] : [])).sort((a, b) => a - b);
  const held = sensors.flatMap((sensor) => (sensor.quality === "held" ? [sensor] : []));
  const counting = held.length === 0 ? good : [...good, ...held.map(({ value }) => value)].sort((a, b) => a - b);
  const celsius = voted(counting);
  const cautious =
    held.length === 0
      ? good
      : [...good, ...held.map((sensor) => worstSince(sensor, now, changePerSecond))].sort((a, b) => a - b);
  const lost = sensors.flatMap((sensor) =>
    sensor.quality === "bad" && sensor.value !== null && now - sensor.at <= lostSensorCountsMilliseconds
      ? [sensor.value]
      : [],
  );
  // With two that count, a third that failed can neither trip the tank nor hold it down.
  const believed = counting.length >= 2 ? voted(cautious) : highest([...cautious, ...lost]);
  return {
    celsius,
    cautiousCelsius: believed,
    coldestCelsius:
      good.length === sensors.length
        ? celsius
        : lowest([...good, ...held.map((sensor) => lowestSince(sensor, now, changePerSecond))]),
    valid: counting.length,
    disagree: counting.some((value) => value - certain(counting[0], "sensor") > disagreementKelvin),
  };
}

/** Of sorted values: the middle of three or more (the higher middle of an even number), else the highest. */
function voted(sorted: readonly number[]): number | null {
  return (sorted.length >= 3 ? sorted[Math.floor(sorted.length / 2)] : sorted.at(-1)) ?? null;
}

function highest(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}

function lowest(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.min(...values);
}
