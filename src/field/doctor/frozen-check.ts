/** Whether a meter's digits stood still while the doctor looked: a living meter moves in its last ones. */
import type { DeviceSite } from "../../model/site.ts";
import type { DeviceShown } from "../read-device.ts";
import { type Check, warn } from "./check.ts";
import type { Sample } from "./line-statistics.ts";

/** Digits of voltage, current and power of a loaded meter do not all stand for so long. Choice: ten refreshes of the slowest meter that is not averaging. */
const standingMilliseconds = 5000;
const fewestReads = 10;
/** Below this a meter may well stand still [W]. */
const loadWatts = 500;

/** `samples`: reads of this device. Empty where it moves, is no meter, or is idle. */
export function checkFrozen(device: DeviceSite, shown: DeviceShown, samples: readonly Sample[]): readonly Check[] {
  const value = (name: string) => shown.points.find((point) => point.name === `${device.name}/${name}`)?.value ?? null;
  const watts = value("powerWatts");
  if (watts === null || Math.abs(watts) < loadWatts || value("voltage1Volts") === null) return [];
  const digits = samples.filter(({ long, data }) => long && data !== null);
  const [first] = digits;
  const last = digits.at(-1);
  if (first === undefined || last === undefined || digits.length < fewestReads) return [];
  const stood = last.at - first.at;
  if (stood < standingMilliseconds || digits.some(({ data }) => data !== first.data)) return [];
  return [
    warn(
      device.name,
      "frozen",
      `not one digit moved in ${digits.length} reads over ${Math.round(stood / 1000)} s at ${Math.round(watts)} W`,
      "A living meter moves in its last digits: restart it, or the converter before it, and look again.",
    ),
  ];
}
