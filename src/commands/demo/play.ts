/** A demo from start to end: container, controller, dispatcher, screen or lines, story, summary, and nothing left behind. */
import { readFileSync } from "node:fs";
import { connect } from "mqtt";
import { parse } from "yaml";
import type { Site } from "../../model/site.ts";
import { loadSite } from "../../site/load-site.ts";
import { type DemoContainer, startContainer } from "../../sim/demo/container.ts";
import type { Secrets } from "../../sim/demo/machines.ts";
import { problemsText } from "../check.ts";
import type { DemoOptions } from "../demo.ts";
import { allHold, type Check } from "./checks.ts";
import { type Controller, startController } from "./controller.ts";
import { type Dispatcher, startDispatcher } from "./dispatcher.ts";
import { awaitEnding, type Ending } from "./ending.ts";
import { type Observer, startObserver } from "./observer.ts";
import { openPresentation } from "./presentation.ts";
import { demoSitePath, makeRunFolder, type RunFolder } from "./run-folder.ts";
import { playStory } from "./story.ts";
import { openWitness } from "./witness.ts";

/** Without a screen and without a wish [s]. */
const usualSeconds = 120;

/** Everything that runs, for keys, story and screen. */
export interface Demo {
  readonly site: Site;
  readonly folder: RunFolder;
  readonly container: DemoContainer;
  readonly controller: Controller;
  readonly observer: Observer;
  readonly dispatcher: Dispatcher;
  /** [ms] since the controller was started. */
  now(): number;
  /** What the demo does, newest last. */
  say(text: string): void;
  said(): string;
}

type Stops = (() => Promise<void> | void)[];

/** Plays it; resolves with the exit code once every child has ended. */
export async function playDemo(options: DemoOptions): Promise<number> {
  const wantsScreen = process.stdout.isTTY && options.plain !== true && options.json !== true;
  const seconds = options.seconds ?? (wantsScreen ? Number.POSITIVE_INFINITY : usualSeconds);
  const folder = makeRunFolder(options.site ?? demoSitePath());
  const loaded = loadSite(folder.sitePath);
  if (!loaded.ok) {
    console.error(problemsText(loaded.error));
    folder.remove();
    return 1;
  }
  const stops: Stops = [];
  const ending = awaitEnding();
  const checks: Check[] = [];
  try {
    const demo = await startAll(folder, loaded.value, options, stops);
    const presentation = openPresentation(demo, options, wantsScreen, () => ending.end("q"));
    stops.push(() => presentation.close());
    const witness = openWitness(demo);
    await Promise.race([ending.ended, playFor(demo, ending, seconds, checks)]);
    checks.push(...witness.close());
    presentation.summary(checks);
  } finally {
    for (const stop of stops.reverse()) await stop();
    ending.close();
  }
  const good = allHold(checks);
  if (good) folder.remove();
  else console.error(`Logs and site file of this run: ${folder.path}`);
  return good ? 0 : 1;
}

/** Story first, then the rest of the time; never resolves without an end. */
async function playFor(demo: Demo, ending: Ending, seconds: number, checks: Check[]): Promise<void> {
  const end = seconds * 1000;
  const { site, container } = demo;
  const witness = openTruth(demo);
  await playStory(
    {
      now: demo.now,
      told: demo.observer.told,
      truth: witness,
      dispatcher: demo.dispatcher,
      breakPump: container.breakPump,
      mayStopBroker: container.brokerPort !== null,
      killBroker: () => container.farEnds.find((farEnd) => farEnd.name === "broker")?.kill(),
      brokerUp: () => container.farEnds.some((farEnd) => farEnd.name === "broker" && farEnd.up),
      shell: demo.observer.command,
      say: demo.say,
      report: (found) => void checks.push(...found),
      limits: {
        ratedWatts: site.ratedWatts,
        minimumLitersPerMinute: site.tanks[1]?.flow?.minimumLitersPerMinute ?? 0,
      },
    },
    (condition, deadline) => ending.until(() => condition(), () => demo.now() >= deadline),
    end,
  );
  await ending.until(() => demo.now() >= end, () => false);
}
