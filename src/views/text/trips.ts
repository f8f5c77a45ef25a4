/** What a person has to do about a latched trip, in order of what a technician can do on the spot. Pure. */
import type { ReasonCode } from "../../model/reason.ts";
import type { Trip } from "../../model/trip.ts";
import { labelled, moment } from "./figures.ts";

const advice: Partial<Readonly<Record<ReasonCode, string>>> = {
  "coolant-trip":
    "See that pump and dry cooler run and that no valve is shut; wait until the coolant has cooled down to its release temperature.",
  "coolant-unknown": "See `points` for the temperature sensors; repair cable or sensor.",
  "flow-lost": "See that the pump turns, that its coupling and its valves are whole, and that the strainer is free.",
  "flow-unknown": "See `points` for the flow meter and `lines` for its device; repair the cable or the meter.",
  "pump-not-running": "See the pump's motor starter, its thermal relay and its auxiliary contact.",
  leak: "Find the leak and dry the sensor before anything is switched on again.",
  "leak-unknown": "See `points` for the leak sensor; a cut cable reads as a leak.",
  "level-low": "Find where the fluid went; fill up to the mark.",
  "level-unknown": "See `points` for the level sensor; repair cable or sensor.",
  "contactor-welded": "The contactor does not open. Isolate the branch by hand and replace the contactor.",
  "contactor-open": "See why the contactor opened: emergency stop, interlock, coil fuse.",
  "meter-below-account": "See the meter's current transformers: direction, phase, short-circuiting links.",
  "store-unreadable": "The record of trips could not be read, which counts as tripped. See the disk.",
};

export function renderTrip(trip: Trip): string[] {
  return [
    ...labelled("", `${trip.name}  since ${moment(trip.trippedAtUnixMilliseconds)} UTC`),
    ...labelled("", trip.reason.text, 12),
    ...labelled("", advice[trip.reason.code] ?? "Find and repair the cause.", 12),
    ...labelled("", `Then: reset ${trip.name}`, 12),
  ];
}
