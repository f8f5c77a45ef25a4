/** A demo from start to end: container, controller, dispatcher, screen or lines, story, summary, and nothing left behind. */
import { readFileSync } from "node:fs";
import { connect } from "mqtt";
import { parse } from "yaml";
import { type Result, succeed } from "../../model/result.ts";
import type { Site } from "../../model/site.ts";
import { startContainer } from "../../sim/demo/container.ts";
import type { Secrets } from "../../sim/demo/machines.ts";
import { loadSite } from "../../site/load-site.ts";
import { problemsText } from "../check.ts";
import { allHold, type Check } from "./checks.ts";
import { startController } from "./controller.ts";
import { startDispatcher } from "./dispatcher.ts";
import { awaitEnding, type Ending } from "./ending.ts";
import { startObserver } from "./observer.ts";
import type { DemoOptions } from "./options.ts";
import { openPresentation } from "./presentation.ts";
import { demoSitePath, makeRunFolder, type RunFolder } from "./run-folder.ts";
import type { Demo, Saying } from "./running-demo.ts";
import { playStory } from "./story.ts";
import { openWitness, truthOf } from "./witness.ts";

/** Without a screen and without a wish [s]. */
const usualSeconds = 120;

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
    if (demo.ok) {
      const presentation = openPresentation(demo.value, options, wantsScreen, ending.end);
      stops.push(() => presentation.close());
      const witness = openWitness(demo.value);
      await Promise.race([ending.ended, playFor(demo.value, ending, seconds, checks)]);
      checks.push(...witness.close());
      presentation.summary(checks);
    } else console.error(demo.error);
  } finally {
    for (const stop of stops.reverse()) await stop();
    ending.close();
  }
  const good = allHold(checks);
  if (good) folder.remove();
  else console.error(`Logs and site file of this run: ${folder.path}`);
  return ending.signalCode() ?? (good ? 0 : 1);
}

/** Children in the order they need each other; each is stopped again in the opposite order. */
async function startAll(
  folder: RunFolder,
  site: Site,
  options: DemoOptions,
  stops: Stops,
): Promise<Result<Demo, string>> {
  const said: Saying[] = [];
  const dead = new Set<string>();
  let startedAt = performance.now();
  const now = (): number => performance.now() - startedAt;
  const say = (text: string): void => void said.push({ text, at: now() });
  const started = await startContainer(
    {
      site,
      ports: folder.ports,
      secrets: parse(readFileSync(folder.secretsPath, "utf8")) as Secrets,
      ownBroker: options.broker === undefined,
      seed: options.seed,
      log: folder.farEndLog,
    },
    {
      died: (name, cause) => {
        dead.add(name);
        say(`The far end ${name} died (${cause}); it starts again in some seconds`);
      },
      back: (name) => {
        if (dead.delete(name)) say(`The far end ${name} is back`);
      },
    },
  );
  if (!started.ok) return started;
  const container = started.value;
  stops.push(() => container.stop());
  const url = options.broker ?? `mqtt://127.0.0.1:${container.brokerPort}`;
  folder.useBroker(url);
  startedAt = performance.now();
  const controller = startController(
    { sitePath: folder.sitePath, dataFolder: folder.dataFolder, log: folder.controllerLog },
    (cause) => say(`weir itself died (${cause}); it starts again`),
  );
  stops.push(() => controller.stop());
  const client = connect(url, { protocolVersion: 4, clientId: `demo-${process.pid}`, reconnectPeriod: 500 });
  // Losing the broker is part of the story; the client comes back by itself.
  client.on("error", () => {});
  client.on("connect", () => client.subscribe(`weir/v1/${site.container}/#`, { qos: 1 }));
  const observer = startObserver(client, site, folder.dataFolder, now);
  const names = { container: site.container, site: site.site, failsafeWatts: site.policy.failsafeWatts };
  const dispatcher = startDispatcher(client, names, now);
  client.on("message", (topic, payload) => {
    observer.take(topic, payload);
    dispatcher.take(topic, payload);
  });
  stops.push(async () => {
    observer.stop();
    dispatcher.stop();
    await client.endAsync(true);
  });
  return succeed({ site, folder, container, controller, observer, dispatcher, now, say, said: () => said });
}

/** Story first, then the rest of the time; never resolves without an end. */
async function playFor(demo: Demo, ending: Ending, seconds: number, checks: Check[]): Promise<void> {
  const end = seconds * 1000;
  const { site, container, dispatcher, observer, now, say } = demo;
  const broker = container.farEnds.find((farEnd) => farEnd.name === "broker");
  const world = {
    now,
    told: observer.told,
    truth: () => truthOf(demo),
    dispatcher,
    breakPump: container.breakPump,
    mayStopBroker: broker !== undefined,
    killBroker: () => broker?.kill(),
    brokerUp: () => broker?.up === true,
    shell: observer.command,
    say,
    report: (found: readonly Check[]) => void checks.push(...found),
    limits: {
      ratedWatts: site.ratedWatts,
      failsafeWatts: site.policy.failsafeWatts,
      minimumLitersPerMinute: site.tanks[1]?.flow?.minimumLitersPerMinute ?? 0,
    },
  };
  await playStory(world, (condition, deadline) => ending.until(condition, () => now() >= deadline), end);
  await ending.until(
    () => now() >= end,
    () => false,
  );
}
