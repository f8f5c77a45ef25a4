/**
 * The hard case: half of the Antminers take 21 s to answer a POST, and one machine in ten acknowledges and never drops. The real
 * core and the real links shed them, for a trip and for an order; the far ends' power is what the branch meters show, and the
 * contactors are the last step.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { type Mark, median } from "../words.ts";
import { siteOf } from "./container.ts";
import type { Course, FromCore, ToCore } from "./core-client.ts";
import { type PlayedFleet, playFleet } from "./processes.ts";

/** Source: miners' fact sheet, section 2.2. */
const slowPostMilliseconds = 21_000;
/** How often the meters are shown, and the contactors follow [ms]. Choice: as fast as the far end tells its power. */
const lookMilliseconds = 100;
const deadlineMilliseconds = 90_000;
/** Tokens of all machines are warm by then [ms]; measured by this bench. */
const warmMilliseconds = 6_000;
/** Source: the mark itself. */
const restShare = 0.1;

export interface HardCase {
  readonly cause: "trip" | "order";
  readonly machines: number;
  readonly startWatts: number;
  /** Until the meters show a tenth of the start [s]; null: not within the deadline. */
  readonly shedSeconds: number | null;
  /** Until they show half of it [s]. */
  readonly halfSeconds: number | null;
  readonly asked: Reached;
  readonly acknowledged: Reached;
  readonly readBack: Reached;
  readonly events: readonly { readonly seconds: number; readonly text: string }[];
}

/** How many machines got so far, and when the middle and the last one did [s]. */
interface Reached {
  readonly machines: number;
  readonly middleSeconds: number;
  readonly lastSeconds: number;
}

export async function measureHardCase(
  cause: HardCase["cause"],
  machines: readonly SimulatedMiner[],
): Promise<HardCase> {
  const antminers = machines.filter(({ kind }) => kind === "antminer").map(({ name }) => name);
  // Of both kinds alike.
  const liars = machines.filter((_, index) => index % 20 === 0 || index % 20 === 11).map(({ name }) => name);
  const fleet = await playFleet(machines);
  const core = openCore(machines, fleet);
  try {
    await core.settled;
    await pause(warmMilliseconds);
    fleet.fault(liars, "ack-without-effect", true);
    const slow = antminers.filter((_, index) => index % 2 === 1);
    fleet.fault(slow, "slow-post", true, slowPostMilliseconds);
    await pause(1_000);
    return await shed(cause, machines, fleet, core);
  } finally {
    core.end();
    await fleet.kill();
  }
}

async function shed(
  cause: HardCase["cause"],
  machines: readonly SimulatedMiner[],
  fleet: PlayedFleet,
  core: Core,
): Promise<HardCase> {
  const startWatts = fleet.watts();
  const startedAt = performance.now();
  const since = (): number => (performance.now() - startedAt) / 1000;
  core.begin(cause, startWatts * restShare);
  let halfSeconds: number | null = null;
  let shedSeconds: number | null = null;
  while (shedSeconds === null && performance.now() - startedAt < deadlineMilliseconds) {
    await pause(lookMilliseconds);
    const watts = fleet.watts();
    if (watts <= startWatts / 2) halfSeconds ??= since();
    if (watts <= startWatts * restShare) shedSeconds = since();
  }
  // What was sent is answered, or has had its time.
  await pause(Math.max(0, slowPostMilliseconds + 2_000 - since() * 1000));
  const courses = await core.stop();
  return {
    cause,
    machines: machines.length,
    startWatts,
    shedSeconds,
    halfSeconds,
    asked: reached(courses, ({ sent }) => sent),
    acknowledged: reached(courses, ({ acknowledged }) => acknowledged),
    readBack: reached(courses, ({ readBack }) => readBack),
    events: core.events.map(({ at, text }) => ({ seconds: (at - startedAt) / 1000, text })),
  };
}

function reached(courses: readonly Course[], of: (course: Course) => number | undefined): Reached {
  const seconds = courses.flatMap((course) => {
    const milliseconds = of(course);
    return milliseconds === undefined ? [] : [milliseconds / 1000];
  });
  return { machines: seconds.length, middleSeconds: median(seconds), lastSeconds: Math.max(...seconds) };
}

interface Core {
  readonly settled: Promise<void>;
  readonly events: { readonly at: number; readonly text: string }[];
  begin(cause: HardCase["cause"], watts: number): void;
  stop(): Promise<readonly Course[]>;
  end(): void;
}

/** The process of the core, with its meters and contactors. */
function openCore(machines: readonly SimulatedMiner[], fleet: PlayedFleet): Core {
  const child = fork(new URL("./core-client.js", import.meta.url));
  const say = (message: ToCore): void => void child.send(message);
  const branches = new Map<string, string[]>();
  for (const { name, branch } of siteOf(machines).miners) branches.set(branch, [...(branches.get(branch) ?? []), name]);
  const closed: Record<string, 0 | 1> = Object.fromEntries([...branches.keys()].map((name) => [name, 1]));
  const events: { at: number; text: string }[] = [];
  let flowing = true;
  const show = (): void => {
    const watts = Object.fromEntries([...branches].map(([branch, names]) => [branch, fleet.wattsOf(names)]));
    if (child.connected) say({ type: "shown", shown: { watts, closed, flowing } });
  };
  const follow = (wanted: Readonly<Record<string, 0 | 1>>): void => {
    for (const [branch, names] of branches) {
      if (wanted[branch] === undefined || wanted[branch] === closed[branch]) continue;
      closed[branch] = wanted[branch];
      fleet.supply(names, wanted[branch] === 1);
    }
  };
  const answers = new Map<FromCore["type"], (message: FromCore) => void>();
  const answer = (type: FromCore["type"]): Promise<FromCore> => new Promise((resolve) => answers.set(type, resolve));
  child.on("message", (message: FromCore) => {
    if (message.type === "outputs") follow(message.closed);
    if (message.type === "event") events.push({ at: performance.now(), text: message.event.text });
    answers.get(message.type)?.(message);
  });
  say({ type: "setup", machines });
  const timer = setInterval(show, lookMilliseconds);
  const dead = once(child, "exit").then(() => {
    throw new Error("the core has ended");
  });
  dead.catch(() => {});
  return {
    settled: Promise.race([answer("settled").then(() => {}), dead]),
    events,
    begin: (cause, watts) => {
      if (cause === "order") say({ type: "order", watts });
      else flowing = false;
      show();
    },
    stop: async () => {
      const stopped = answer("stopped");
      say({ type: "stop" });
      const message = await Promise.race([stopped, dead]);
      return message.type === "stopped" ? message.courses : [];
    },
    end: () => {
      clearInterval(timer);
      child.kill("SIGKILL");
    },
  };
}

/** The timeline of one case, a line for each step. */
export function printHardCase(hard: HardCase): void {
  const { asked, acknowledged, readBack } = hard;
  const what = hard.cause === "trip" ? "every flow lost" : `an order of ${Math.round(hard.startWatts / 10_000)} kW`;
  console.log(
    `hard case, ${what}: ${hard.machines} machines, ${Math.round(hard.startWatts / 1000)} kW; 21 s POSTs on half of the Antminers, one machine in ten never drops`,
  );
  const line = (name: string, { machines, middleSeconds, lastSeconds }: Reached): void =>
    console.log(
      `  ${name.padEnd(13)} ${String(machines).padStart(4)} machines, half after ${middleSeconds.toFixed(2)} s, the last after ${lastSeconds.toFixed(2)} s`,
    );
  line("asked", asked);
  line("acknowledged", acknowledged);
  line("read back", readBack);
  for (const { seconds, text } of hard.events) console.log(`  ${seconds.toFixed(2).padStart(6)} s  ${text}`);
  const at = (seconds: number | null): string => (seconds === null ? "not in time" : `${seconds.toFixed(2)} s`);
  console.log(`  meters at half after ${at(hard.halfSeconds)}, at a tenth after ${at(hard.shedSeconds)}`);
}

/**
 * Trip: flow proof 3 s, 5 s until the contactor, a scan each; measured, November 2026: 8.1 s.
 * Order, to a tenth of the power where a tenth of the machines never drops: every machine has to be asked before a contactor helps,
 * and each one asked is believed for its window, 5 s and 5 s of grace for WhatsMiners, 25 s and 5 s for Antminers. A scan notices
 * within 1 s what is late.
 *   0 s  270 of 300 are asked; 30 stay.
 *  11 s  WhatsMiners that never drop are late: half of the 30 are asked in their place.
 *  31 s  Antminers that never drop are late: nearly all of the rest is asked.
 *  42 s  a WhatsMiner among those is late: the last Antminers are asked.
 *  73 s  one of these never drops and is late: nobody is left, and a contactor opens.
 * The contact takes 0.1 s, the far end tells its power each 0.25 s, and this bench looks each 0.1 s: 74 s. It is sooner where ten
 * sheds of a model have shown how fast it is, or where no standby keeps the meters above a tenth when the last one is asked.
 * Measured, November 2026: 31 s to 44 s, and once not within 60 s, the last one asked after 38 s. The mark is no bound but what most
 * runs reach: the slowest way above misses it, and is to be seen.
 */
const mostSeconds = { trip: 12, order: 45 } as const;

export function hardMark({ cause, shedSeconds }: HardCase): Mark {
  const figure = shedSeconds === null ? "never" : `${shedSeconds.toFixed(2)} s`;
  const text = `hard case, ${cause}: meters at a tenth: ${figure} of ${mostSeconds[cause]} s`;
  return { text, met: shedSeconds !== null && shedSeconds <= mostSeconds[cause] };
}
