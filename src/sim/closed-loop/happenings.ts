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

interface Weather {
  readonly fromCelsius: number;
  readonly toCelsius: number;
  readonly beginAt: number;
  readonly overMilliseconds: number;
}

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
  let weather: Weather = {
    fromCelsius: scenario.plant.ambientCelsius,
    toCelsius: scenario.plant.ambientCelsius,
    beginAt: 0,
    overMilliseconds: 0,
  };
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
    if (event.restart !== undefined) {
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
      weather = {
        fromCelsius: airAt(weather, now),
        toCelsius: ambientCelsius,
        beginAt: now,
        overMilliseconds: overSeconds * 1000,
      };
    }
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
      container.ambientCelsius = airAt(weather, now) + swing;
      for (const { quantity, at } of followed) container[quantity] = at(now);
      if (scenario.technicianSeconds > 0 && now >= visitAt) {
        visitAt = now + scenario.technicianSeconds * 1000;
        local.push(...resets(undefined, now));
      }
      return local;
    },
  };
}

function airAt({ fromCelsius, toCelsius, beginAt, overMilliseconds }: Weather, now: number): number {
  if (overMilliseconds <= 0) return toCelsius;
  return fromCelsius + (toCelsius - fromCelsius) * Math.min(1, (now - beginAt) / overMilliseconds);
}
