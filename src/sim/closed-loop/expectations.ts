/** Expectations of a scenario: followed while it runs, judged at its end, each failure a sentence with figures. */
import type { Measures } from "./measures.ts";
import type { Moment, RunParts } from "./moment.ts";
import type { Expectations } from "./scenario.ts";

export interface Judge {
  look(moment: Moment): void;
  failures(measures: Measures, endSeconds: number): readonly string[];
  /** How long each shed took that the scenario expects; null: it was not reached. */
  sheds(): readonly ShedTime[];
}

export interface ShedTime {
  readonly scope: string;
  readonly belowWatts: number;
  readonly fromSeconds: number;
  readonly tookSeconds: number | null;
}

/** Power is judged by its mean over this [s]. Source: issue: the metered 5 s mean. */
const meanSeconds = 5;

export function openJudge(expect: Expectations, parts: RunParts): Judge {
  const found: string[] = [];
  const told = new Set<string>();
  const tell = (key: string, text: string): void => {
    if (!told.has(key)) found.push(text);
    told.add(key);
  };
  const shedding = sheds(expect, parts, tell);
  const checks = [
    ceilings(expect, parts, tell),
    floors(expect, parts, tell),
    shedding,
    states(expect, parts, tell),
    responses(expect, tell),
  ];
  return {
    look(moment) {
      for (const check of checks) check.look(moment);
    },
    failures(measures, endSeconds) {
      for (const check of checks) check.end(endSeconds);
      return [...found, ...atTheEnd(expect, measures)];
    },
    sheds: shedding.times,
  };
}

type Tell = (key: string, text: string) => void;

interface Check {
  readonly look: (moment: Moment) => void;
  readonly end: (endSeconds: number) => void;
}

function ceilings(expect: Expectations, { container }: RunParts, tell: Tell): Check {
  const newest: number[] = [];
  return {
    look({ now }) {
      newest.push(container.plant().feeder.watts);
      if (newest.length > meanSeconds) newest.shift();
      const mean = newest.reduce((sum, watts) => sum + watts, 0) / newest.length;
      for (const [index, { watts, fromSeconds, untilSeconds }] of expect.ceilings.entries()) {
        if (now < fromSeconds * 1000 || now > (untilSeconds ?? Number.POSITIVE_INFINITY) * 1000 || mean <= watts)
          continue;
        tell(
          `ceiling ${index}`,
          `${Math.round(mean)} W flow at ${now / 1000} s; the ceiling is ${watts} W from ${fromSeconds} s on`,
        );
      }
    },
    end() {},
  };
}

function floors(expect: Expectations, { container }: RunParts, tell: Tell): Check {
  const sums = expect.floors.map(() => ({ watts: 0, count: 0 }));
  return {
    look({ now }) {
      for (const [index, { fromSeconds, untilSeconds }] of expect.floors.entries()) {
        const sum = sums[index];
        if (sum === undefined || now < fromSeconds * 1000 || now > (untilSeconds ?? Number.POSITIVE_INFINITY) * 1000)
          continue;
        sum.watts += container.plant().feeder.watts;
        sum.count += 1;
      }
    },
    end() {
      for (const [index, { watts, fromSeconds }] of expect.floors.entries()) {
        const sum = sums[index];
        const mean = sum === undefined || sum.count === 0 ? 0 : sum.watts / sum.count;
        if (mean < watts)
          tell(`floor ${index}`, `the mean from ${fromSeconds} s on is ${Math.round(mean)} W, below ${watts} W`);
      }
    },
  };
}

function sheds(expect: Expectations, parts: RunParts, tell: Tell): Check & { readonly times: Judge["sheds"] } {
  const { site, container } = parts;
  const members = expect.shed.map(({ scope }) => {
    const tank = site.tanks.findIndex(({ name }) => name === scope);
    const branch = container.hidden.branches.findIndex((index) => site.branches[index]?.name === scope);
    return container.machines.filter(
      (machine) => scope === "container" || machine.tank === tank || machine.branch === branch,
    );
  });
  const reached: (number | null)[] = expect.shed.map(() => null);
  return {
    look({ now }) {
      for (const [index, { scope, belowWatts, fromSeconds, withinSeconds }] of expect.shed.entries()) {
        if (now < fromSeconds * 1000 || typeof reached[index] === "number") continue;
        const watts = (members[index] ?? []).reduce((sum, machine) => sum + machine.watts, 0);
        if (watts <= belowWatts) reached[index] = now / 1000 - fromSeconds;
        else if (now > (fromSeconds + withinSeconds) * 1000)
          tell(
            `shed ${index}`,
            `machines of ${scope} draw ${Math.round(watts)} W, ${withinSeconds} s after ${fromSeconds} s; ${belowWatts} W are allowed`,
          );
      }
    },
    end(endSeconds) {
      for (const [index, { scope, fromSeconds }] of expect.shed.entries())
        if (typeof reached[index] !== "number")
          tell(
            `shed ${index}`,
            `machines of ${scope} are not below from ${fromSeconds} s to the end at ${endSeconds} s`,
          );
    },
    times: () =>
      expect.shed.map(({ scope, belowWatts, fromSeconds }, index) => ({
        scope,
        belowWatts,
        fromSeconds,
        tookSeconds: reached[index] ?? null,
      })),
  };
}

function states(expect: Expectations, { site, container }: RunParts, tell: Tell): Check {
  let before = -1;
  const passed = (atSeconds: number, now: number): boolean => before < atSeconds * 1000 && atSeconds * 1000 <= now;
  return {
    look({ now, scan }) {
      for (const { atSeconds, mode } of expect.modes)
        if (passed(atSeconds, now) && scan?.decision.mode !== mode)
          tell(`mode ${atSeconds}`, `the mode at ${atSeconds} s is ${scan?.decision.mode ?? "down"}, not ${mode}`);
      for (const { branch, atSeconds, closed } of expect.contactors) {
        const place = container.hidden.branches.findIndex((index) => site.branches[index]?.name === branch);
        if (passed(atSeconds, now) && container.plant().branches[place]?.closed !== closed)
          tell(
            `contactor ${branch} ${atSeconds}`,
            `contactor ${branch} is ${closed ? "open" : "closed"} at ${atSeconds} s`,
          );
      }
      before = now;
    },
    end(endSeconds) {
      for (const { atSeconds } of [...expect.modes, ...expect.contactors])
        if (atSeconds > endSeconds)
          tell(`late ${atSeconds}`, `the run ends at ${endSeconds} s, before ${atSeconds} s could be looked at`);
    },
  };
}

function responses({ responseMilliseconds }: Expectations, tell: Tell): Check {
  let worst: number | null = null;
  return {
    look({ scan }) {
      worst = scan?.decision.frequency?.worstResponseMilliseconds ?? worst;
    },
    end() {
      if (responseMilliseconds === undefined) return;
      if (worst === null) tell("response", "there was no response to the frequency");
      else if (worst > responseMilliseconds)
        tell("response", `the slowest response took ${worst} ms; ${responseMilliseconds} ms are allowed`);
    },
  };
}

function atTheEnd(expect: Expectations, measures: Measures): readonly string[] {
  const found: string[] = [];
  const most = (what: string, value: number | undefined, limit: number | undefined): void => {
    if (limit === undefined) return;
    if (value === undefined) found.push(`${what}: there is none to judge`);
    else if (value > limit) found.push(`${what} is ${value}; at most ${limit} is allowed`);
  };
  for (const { name, maximumCelsius, maximumStagnantCelsius } of measures.tanks) {
    most(`fluid of ${name} [°C]`, maximumCelsius, expect.tanksBelowCelsius);
    most(`fluid around the machines of ${name} [°C]`, maximumStagnantCelsius, expect.stagnantBelowCelsius);
  }
  most("tracking error, RMS [%]", measures.tracking?.rmsPercent, expect.trackingRmsPercent);
  most("tracking error, 95th percentile [%]", measures.tracking?.tailPercent, expect.trackingTailPercent);
  most("hashrate lost [%]", measures.hashrateLostPercent, expect.hashrateLostPercent);
  most("turns of one machine within an order", measures.reversals.mostOfOneMachine, expect.reversalsPerMachine);
  most("starts of one machine", measures.starts.mostOfOneMachine, expect.startsPerMachine);
  const expected = [...expect.trips].sort();
  if (expected.join() !== measures.tripped.join())
    found.push(`tripped: ${measures.tripped.join(", ") || "nothing"}; expected: ${expected.join(", ") || "nothing"}`);
  for (const name of expect.alarms)
    if (!measures.alarmed.some((alarm) => alarm.startsWith(name))) found.push(`alarm ${name} never stood`);
  return found;
}
