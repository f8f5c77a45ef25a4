/** How a meter is installed, from what it tells at one moment: its transformers, its phases, its unit. */
import { meterNames, momentOf } from "../../control/plausibility/meter-moment.ts";
import { judgeMeter, type MeterFinding } from "../../control/plausibility/meter-sense.ts";
import type { Reading } from "../../model/reading.ts";
import type { DeviceSite } from "../../model/site.ts";
import type { DeviceShown } from "../read-device.ts";
import { type Check, failed, pass } from "./check.ts";

/** Blocks of one device read one after the other count as one moment. */
const anyAge = Number.POSITIVE_INFINITY;

/** Empty where the device is no meter, or nothing of it is known. */
export function checkMeter(device: DeviceSite, shown: DeviceShown): readonly Check[] {
  const power = `${device.name}/powerWatts`;
  if (!device.points.some(({ name }) => name === power)) return [];
  const three = device.points.some(({ name }) => name === `${device.name}/current3Amperes`);
  const readings: Record<string, Reading> = {};
  for (const { name, value } of shown.points) if (value !== null) readings[name] = { quality: "good", value, at: 0 };
  if (readings[power] === undefined) return [];
  const moment = momentOf(meterNames(power, three ? 3 : 1), readings, anyAge);
  const findings = judgeMeter(moment);
  if (findings.length > 0) return findings.map((finding) => checkOf(device.name, finding));
  const loaded = moment.phases.every(({ currentAmperes }) => currentAmperes !== null && Math.abs(currentAmperes) > 1);
  const watts = `${Math.round(moment.powerWatts ?? 0)} W`;
  if (loaded) return [pass(device.name, "installation", `powers, phases and frequency fit together at ${watts}`)];
  return [
    pass(
      device.name,
      "installation",
      `nothing wrong to be seen at ${watts}; transformers show only under load on all phases`,
    ),
  ];
}

function checkOf(device: string, finding: MeterFinding): Check {
  switch (finding.kind) {
    case "frequency":
      return failed(
        device,
        "frequency",
        `${finding.hertz.toFixed(2)} Hz`,
        "A grid has 45 to 65 Hz: check the board's name and the meter's word order.",
      );
    case "phase-sum":
      return failed(
        device,
        "phases",
        `the phases make ${Math.round(finding.sumWatts)} W, the total says ${Math.round(finding.totalWatts)} W`,
        "Check the network type set in the meter (three phases, four wires) and its transformer ratio.",
      );
    case "power-mismatch":
      return failed(
        device,
        "power",
        `${Math.round(finding.powerWatts)} W where voltage and current make ${Math.round(finding.expectedWatts)} W`,
        unitRemedy(finding.powerWatts, finding.expectedWatts),
      );
    case "no-current":
      return failed(
        device,
        `transformer L${finding.phase}`,
        `no current on L${finding.phase} while the other phases carry load`,
        `Check the transformer of L${finding.phase} (open, shorted or not clamped), unless nothing is connected to that phase.`,
      );
    case "reversed-transformer":
      return failed(
        device,
        `transformer L${finding.phase}`,
        `power of L${finding.phase} is negative while the others are positive`,
        `Turn the transformer of L${finding.phase} round, or exchange its two wires at the meter.`,
      );
    case "all-reversed":
      return failed(
        device,
        "transformers",
        "power is negative on all phases",
        "All transformers face the wrong way: turn them, or set invert: true for this device in the site file.",
      );
    case "swapped-transformers": {
      const names = finding.phases.map((phase) => `L${phase}`).join(" and ");
      return failed(
        device,
        "phase order",
        `currents of ${names} do not belong to their voltages`,
        `Exchange the transformers of ${names}: each must sit on the conductor whose voltage the meter takes.`,
      );
    }
  }
}

function unitRemedy(powerWatts: number, expectedWatts: number): string {
  const factor = Math.abs(powerWatts) / expectedWatts;
  const isThousand = (factor > 700 && factor < 1400) || (factor > 0.0007 && factor < 0.0014);
  if (isThousand)
    return "It counts in another unit than its board says (W and kW): choose the board's variant, see weir scan.";
  return "Check the transformer ratios in the meter, the board's name, and ratio and voltageRatio in the site file.";
}
