/** `weir dispatch watch`: one line for every report, in a dispatcher's words. */
import type { DispatchLink, Heard } from "./connect.ts";

export interface WatchOptions {
  readonly container?: string;
  readonly seconds?: number;
  readonly json?: boolean;
}

/** Prints until the time is over or the person ends it. */
export async function watch(link: DispatchLink, options: WatchOptions): Promise<0> {
  await link.listen([`weir/v1/${options.container ?? "+"}/+`], (heard) => {
    console.log(options.json === true ? JSON.stringify(heard) : lineOf(heard));
  });
  await new Promise<void>((resolve) => {
    const timer = options.seconds === undefined ? undefined : setTimeout(resolve, options.seconds * 1000);
    process.once("SIGINT", () => {
      clearTimeout(timer);
      resolve();
    });
  });
  return 0;
}

/** A report in one line. */
export function lineOf(heard: Heard): string {
  const time = new Date().toISOString().slice(11, 19);
  const kept = heard.retained ? " (retained)" : "";
  return `${time} ${heard.container} ${heard.report}${kept}: ${summaryOf(heard)}`;
}

function summaryOf(heard: Heard): string {
  if (heard.message === null) return `unreadable, ${heard.text}`;
  switch (heard.report) {
    case "status":
      return `${heard.message.status}, connection ${heard.message.connection}`;
    case "birth": {
      const { site, software, capabilities, points } = heard.message;
      return `site ${site}, weir ${software}, rated ${kilowatts(capabilities.ratedWatts)}, ${points.length} points`;
    }
    case "state": {
      const { mode, ceilingWatts, powerWatts, binding, setpoints, schedules = [], trips } = heard.message;
      const slots = setpoints.map((slot) => `${slot.slot} ${slot.kind} ${kilowatts(slot.watts)} ${slot.state}`);
      const power = powerWatts === undefined ? "unmetered" : kilowatts(powerWatts);
      const planned = schedules.map(
        ({ source, watts, nextWatts, nextMilliseconds }) =>
          `schedule of ${source} ${watts === undefined ? "says nothing" : kilowatts(watts)}, ${kilowatts(nextWatts)} in ${Math.round(nextMilliseconds / 1000)} s`,
      );
      return [
        `${mode}, ${power} of ${kilowatts(ceilingWatts)}`,
        binding.text,
        ...slots,
        ...planned,
        ...trips.map((trip) => trip.text),
      ].join(" | ");
    }
    case "telemetry": {
      const { sequence, powerWatts, ceilingWatts, binding } = heard.message;
      const power = powerWatts === undefined ? "unmetered" : kilowatts(powerWatts);
      return `#${sequence} ${power} of ${kilowatts(ceilingWatts)} (${binding})`;
    }
    case "miners":
      return `${heard.message.name.length} machines, ${heard.message.phase.filter((phase) => phase === 0).length} hashing`;
    case "event":
      return `#${heard.message.number} ${heard.message.severity} ${heard.message.kind}: ${heard.message.text}`;
    case "acknowledgement": {
      const { id, state, rejection, limitedBy, watts } = heard.message;
      const more = [rejection, watts === undefined ? undefined : kilowatts(watts), limitedBy && `by ${limitedBy}`];
      return [id?.slice(0, 8) ?? "(no id)", state, ...more.filter((word) => word !== undefined)].join(" ");
    }
  }
}

function kilowatts(watts: number): string {
  return `${Math.round(watts / 100) / 10} kW`;
}
