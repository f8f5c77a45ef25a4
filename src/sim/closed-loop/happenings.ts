/** What happens to a run: the scenario's events in order of time, faults that heal, the weather, the technician. */
import type { LocalCommand } from "../../model/command.ts";
import type { Trip } from "../../model/trip.ts";
import type { Controller } from "./controller.ts";
import type { RunParts } from "./moment.ts";
import type { FaultEvent, Scenario, ScenarioEvent } from "./scenario.ts";
import { followTrace, type Trace } from "./traces.ts";

export interface Happenings {
  /** Everything up to this moment; what a person at the container orders in it. */
  until(now: number): readonly LocalCommand[];
  /** The trips that stand, for the technician. */
  see(trips: readonly Trip[]): void;
}

const dayMilliseconds = 86_400_000;

/** A quantity on its way in a straight line. */
interface Course {
  readonly from: number;
  readonly to: number;
  readonly beginAt: number;
  readonly overMilliseconds: number;
}

/** What events move, beside the weather, by the event's name. */
const courses = { frequency: "frequencyHertz", racks: "protectedLoadWatts" } as const;

export function openHappenings(
  scenario: Scenario,
  parts: RunParts,
  controller: Controller,
  traces: readonly Trace[],
): Happenings {
  const followed = traces.map((trace) => ({ quantity: trace.quantity, at: followTrace(trace) }));
  const { container, faults, dispatcher } = parts;
  const events = [...scenario.events].sort((a, b) => a.atSeconds - b.atSeconds);
  const heals: { readonly at: number; readonly fault: FaultEvent }[] = [];
  let trips: readonly Trip[] = [];
  let tickets = 0;
  let visitAt = scenario.technicianSeconds * 1000;
  const still = (value: number): Course => ({ from: value, to: value, beginAt: 0, overMilliseconds: 0 });
  let weather = still(scenario.plant.ambientCelsius);
  const moved = { frequency: still(container.frequencyHertz), racks: still(container.protectedLoadWatts) };
  const say = (action: LocalCommand["action"], now: number): LocalCommand => {
    tickets += 1;
    return { via: "shell", receivedAt: now, by: "console", ticket: `ticket-${tickets}`, action };
  };
  const resets = (trip: string | undefined, now: number): readonly LocalCommand[] =>
    (trip === undefined ? trips.map(({ name }) => name) : [trip]).map((name) =>
      say({ kind: "reset", trip: name }, now),
    );
  const happen = (event: ScenarioEvent, now: number): readonly LocalCommand[] => {
    if (event.setpoint !== undefined) dispatcher.setpoint(event.setpoint, now);
    if (event.schedule !== undefined) dispatcher.schedule(event.schedule, now);
    if (event.control !== undefined) dispatcher.control(event.control.from, event.control.action, now);
    if (event.restart?.told === true) controller.end(event.restart, now);
    else if (event.restart !== undefined) {
      controller.kill(event.restart, now);
      container.forget();
    }
    if (event.fault !== undefined) {
      const { fault, target, value, forSeconds } = event.fault;
      faults.begin({ fault, target, value: value ?? null, sinceMilliseconds: now });
      if (forSeconds !== undefined) heals.push({ at: now + forSeconds * 1000, fault: event.fault });
    }
    if (event.weather !== undefined) {
      const { ambientCelsius, overSeconds } = event.weather;
      weather = courseFrom(weather, ambientCelsius, overSeconds, now);
    }
    if (event.frequency !== undefined)
      moved.frequency = courseFrom(moved.frequency, event.frequency.hertz, event.frequency.overSeconds, now);
    if (event.racks !== undefined)
      moved.racks = courseFrom(moved.racks, event.racks.watts, event.racks.overSeconds, now);
    if (event.local === undefined) return [];
    const { action, trip } = event.local;
    return action === "reset" ? resets(trip, now) : [say({ kind: action }, now)];
  };
  return {
    see(standing) {
      trips = standing;
    },
    until(now) {
      const local: LocalCommand[] = [];
      for (let next = events[0]; next !== undefined && next.atSeconds * 1000 <= now; next = events[0]) {
        events.shift();
        local.push(...happen(next, now));
      }
      for (let index = heals.length - 1; index >= 0; index -= 1) {
        const heal = heals[index];
        if (heal === undefined || heal.at > now) continue;
        heals.splice(index, 1);
        faults.end(heal.fault.fault, heal.fault.target);
      }
      const swing = scenario.plant.dailySwingKelvin * -Math.cos((2 * Math.PI * now) / dayMilliseconds);
      container.ambientCelsius = valueAt(weather, now) + swing;
      for (const name of ["frequency", "racks"] as const) container[courses[name]] = valueAt(moved[name], now);
      for (const { quantity, at } of followed) container[quantity] = at(now);
      if (scenario.technicianSeconds > 0 && now >= visitAt) {
        visitAt = now + scenario.technicianSeconds * 1000;
        container.refill();
        local.push(...resets(undefined, now));
      }
      return local;
    },
  };
}

function courseFrom(before: Course, to: number, overSeconds: number, now: number): Course {
  return { from: valueAt(before, now), to, beginAt: now, overMilliseconds: overSeconds * 1000 };
}

function valueAt({ from, to, beginAt, overMilliseconds }: Course, now: number): number {
  if (overMilliseconds <= 0) return to;
  return from + (to - from) * Math.min(1, (now - beginAt) / overMilliseconds);
}
