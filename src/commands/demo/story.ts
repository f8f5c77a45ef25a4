/** The story the demo plays by itself: each chapter does something to the container, waits for what must follow, and judges it. */
import type { Check } from "./checks.ts";
import type { Dispatcher, SentSetpoint } from "./dispatcher.ts";

/** What the controller says of itself, over MQTT and its socket only. */
export interface Told {
  /** Metered power of the newest telemetry [W]; null while none is good. */
  readonly watts: number | null;
  readonly ceilingWatts: number | null;
  /** When the newest telemetry came [ms since the demo began]; null: none yet. */
  readonly telemetryAt: number | null;
  readonly online: boolean;
  /** When first every point of the site had been good [ms since the demo began]. */
  readonly completeAt: number | null;
  readonly mode: string;
  /** Names of latched trips. */
  readonly trips: readonly string[];
}

/** The truth, to judge by. */
export interface Truth {
  readonly feederWatts: number;
  readonly tankWatts: (tank: number) => number;
  readonly flowLitersPerMinute: (tank: number) => number;
}

export interface StoryWorld {
  /** [ms] since the demo began. */
  now(): number;
  told(): Told;
  truth(): Truth;
  readonly dispatcher: Dispatcher;
  breakPump(tank: number, broken: boolean): void;
  /** False: the broker is somebody else's and must not be touched. */
  readonly mayStopBroker: boolean;
  /** It comes back by itself after some seconds. */
  killBroker(): void;
  brokerUp(): boolean;
  /** A command of the debug shell through the local socket. */
  shell(command: string): Promise<{ readonly done: boolean; readonly text: string }>;
  /** What is being played, for the screen. */
  say(text: string): void;
  /** Is told what was found, chapter by chapter. */
  report(checks: readonly Check[]): void;
  readonly limits: {
    readonly ratedWatts: number;
    readonly failsafeWatts: number;
    readonly minimumLitersPerMinute: number;
  };
}

/** Resolves when the condition holds or the time is over [ms since the demo began]; says whether it held. */
export type Until = (condition: () => boolean, deadline: number) => Promise<boolean>;

/** Share of the rating that dispatch asks for in the middle of the story. */
const curtailedRatio = 0.57;
/** Share of the rating at which the ramp counts as done: below it lies what uneven phases leave of the feeder; choice. */
const rampedRatio = 0.88;
/** Rough need of each chapter [s]: it is not begun when less is left. Measured on two cores. */
const needSeconds = { curtail: 16, pump: 42, broker: 16 };
/** Contract: an acknowledgement within a second. */
const acknowledgementMilliseconds = 1000;
/** Budget of the facts on heating: loss of flow proof, shed within 10 s. */
const shedMilliseconds = 10_000;
/** A ceiling counts as met from here on [W]: noise of a meter; choice. */
const toleranceWatts = 500;
/** It counts as kept up to here [W]. Contract: `reached` is within the greater of 1 % of rated and 2 kW. */
function keptWithinWatts(ratedWatts: number): number {
  return Math.max(2000, ratedWatts / 100);
}
/** A tank of fifty machines is well loaded with this [W]; choice. */
const loadedTankWatts = 80_000;
const tank = 1;
const trip = "tank-2/flow";

/** Plays chapter after chapter until `end` [ms since the demo began]. */
export async function playStory(world: StoryWorld, until: Until, end: number): Promise<void> {
  const fits = (seconds: number): boolean => (end - world.now()) / 1000 >= seconds;
  world.report(await rampUp(world, until, end));
  world.report(fits(needSeconds.curtail) ? await curtail(world, until, end) : notPlayed(curtailNames));
  world.report(fits(needSeconds.pump) ? await loseFlow(world, until, end) : notPlayed(pumpNames));
  if (!world.mayStopBroker) world.report(notPlayed(brokerNames, "the broker is not the demo's own"));
  else world.report(fits(needSeconds.broker) ? await loseBroker(world, until, end) : notPlayed(brokerNames));
  world.say("The story is over; the keys are yours");
}

const curtailNames = ["acknowledged", "ceiling met", "setpoint obeyed"];
const pumpNames = ["lost flow shed", "trip latched", "reset and recovery"];
const brokerNames = ["broker outage"];

function notPlayed(names: readonly string[], why = "there was no time for it"): Check[] {
  return names.map((name) => ({ name, holds: null, text: why, figures: {} }));
}

async function rampUp(world: StoryWorld, until: Until, end: number): Promise<Check[]> {
  world.say("weir starts and adopts the machines that run");
  const complete = await until(() => world.told().completeAt !== null && world.told().online, Math.min(end, 30_000));
  const seconds = (world.told().completeAt ?? Number.NaN) / 1000;
  const check: Check = {
    name: "complete image",
    holds: complete,
    text: complete ? `${seconds.toFixed(1)} s after the start` : "never",
    figures: { seconds },
  };
  // The failsafe after the start is left by a heartbeat and then a fresh setpoint.
  world.say("Nothing is ordered yet: the failsafe limit holds, machines sleep");
  const patience = end - (needSeconds.curtail + 1) * 1000;
  const { failsafeWatts, ratedWatts } = world.limits;
  await until(
    () => world.truth().feederWatts < failsafeWatts + toleranceWatts,
    Math.min(patience, world.now() + 12_000),
  );
  world.say(`Dispatch allows ${kilowatts(ratedWatts)}: machines wake in steps`);
  await until(() => world.dispatcher.setpoint(ratedWatts, "sced") !== null, end);
  const goal = ratedWatts * rampedRatio;
  await until(() => world.truth().feederWatts > goal, Math.min(patience, world.now() + 35_000));
  await until(() => false, Math.min(patience, world.now() + 3000));
  return [check];
}

async function curtail(world: StoryWorld, until: Until, end: number): Promise<Check[]> {
  // Where there was no time to ramp up fully, the setpoint must still bite.
  const watts =
    Math.round((Math.min(world.limits.ratedWatts, world.truth().feederWatts) * curtailedRatio) / 1000) * 1000;
  world.say(`Dispatch curtails to ${kilowatts(watts)}`);
  const sent = world.dispatcher.setpoint(watts, "ecrs");
  if (sent === null) return curtailNames.map((name) => ({ name, holds: false, text: "no connection", figures: {} }));
  await until(() => sent.acknowledgements.length > 0, world.now() + 5000);
  const met = await until(
    () => below(world.told().watts, watts) && world.truth().feederWatts <= watts + toleranceWatts,
    Math.min(end, world.now() + 20_000),
  );
  const metAt = world.now();
  const most = watts + keptWithinWatts(world.limits.ratedWatts);
  let highest = 0;
  const over = await until(
    () => {
      highest = Math.max(highest, world.told().watts ?? Number.POSITIVE_INFINITY);
      return highest > most || world.truth().feederWatts > most;
    },
    Math.min(end, metAt + 5000),
  );
  return [
    acknowledged(sent),
    ceilingMet(sent, met, metAt),
    obeyed(sent, met && !over, highest, world.truth().feederWatts),
  ];
}

function below(told: number | null, watts: number): boolean {
  return told !== null && told <= watts + toleranceWatts;
}

function acknowledged(sent: SentSetpoint): Check {
  const [first] = sent.acknowledgements;
  const milliseconds = first === undefined ? null : Math.round(first.at - sent.publishedAt);
  return {
    name: "acknowledged",
    holds: first?.state === "accepted" && milliseconds !== null && milliseconds <= acknowledgementMilliseconds,
    text:
      first === undefined
        ? "never"
        : `${first.state}${first.rejection === null ? "" : ` (${first.rejection})`} ${milliseconds} ms after publishing`,
    figures: { milliseconds, state: first?.state ?? null },
  };
}

function ceilingMet(sent: SentSetpoint, met: boolean, metAt: number): Check {
  const seconds = (metAt - sent.publishedAt) / 1000;
  return {
    name: "ceiling met",
    holds: met,
    text: met ? `on the meter ${seconds.toFixed(1)} s after publishing` : `not within ${seconds.toFixed(0)} s`,
    figures: { seconds: met ? seconds : null },
  };
}

function obeyed(sent: SentSetpoint, holds: boolean, highest: number, trueWatts: number): Check {
  return {
    name: "setpoint obeyed",
    holds,
    text: `asked ${kilowatts(sent.watts)}, highest on the meter afterwards ${kilowatts(highest)}, true ${kilowatts(trueWatts)}`,
    figures: { setpointWatts: sent.watts, highestWatts: highest, trueWatts },
  };
}

async function loseFlow(world: StoryWorld, until: Until, end: number): Promise<Check[]> {
  world.say("Dispatch lets the container rise again");
  world.dispatcher.setpoint(world.limits.ratedWatts, "sced");
  // A tank that sleeps could not show that it is shed.
  await until(() => world.truth().tankWatts(tank) > loadedTankWatts, Math.min(end, world.now() + 25_000));
  world.say("The pump of tank 2 loses its coupling: it turns, nothing flows");
  world.breakPump(tank, true);
  const { minimumLitersPerMinute } = world.limits;
  await until(() => world.truth().flowLitersPerMinute(tank) < minimumLitersPerMinute, world.now() + 8000);
  const lostAt = world.now();
  const before = world.truth().tankWatts(tank);
  const shed = await until(() => world.truth().tankWatts(tank) < before / 10, world.now() + 20_000);
  const shedSeconds = (world.now() - lostAt) / 1000;
  const latched = await until(() => world.told().trips.includes(trip), world.now() + 4000);
  world.say("A reset is refused while the cause lasts");
  const refused = latched && !(await world.shell(`reset ${trip}`)).done;
  world.say("The pump is repaired; the trip stays latched until somebody resets it");
  world.breakPump(tank, false);
  await until(() => world.truth().flowLitersPerMinute(tank) > minimumLitersPerMinute, world.now() + 10_000);
  const stayed = !(await until(() => !world.told().trips.includes(trip), world.now() + 3000));
  const reset = await resetTrip(world, until, Math.min(end, world.now() + 25_000));
  world.say("Reset: tank 2 wakes in steps");
  const recovered = await until(() => world.truth().tankWatts(tank) > 20_000, Math.min(end, world.now() + 25_000));
  return [
    {
      name: "lost flow shed",
      holds: shed && shedSeconds <= shedMilliseconds / 1000,
      text: shed ? `${shedSeconds.toFixed(1)} s after the flow was lost (at most 10)` : "never",
      figures: { seconds: shed ? shedSeconds : null },
    },
    {
      name: "trip latched",
      holds: latched && refused && stayed,
      text: `latched ${word(latched)}, reset refused while the cause lasted ${word(refused)}, stayed after the repair ${word(stayed)}`,
      figures: { latched, refused, stayed },
    },
    {
      name: "reset and recovery",
      holds: reset && recovered,
      text: `reset ${word(reset)}, machines of the tank woke ${word(recovered)}`,
      figures: { reset, recovered },
    },
  ];
}

/** A person tries again until the cool-down is over. */
async function resetTrip(world: StoryWorld, until: Until, deadline: number): Promise<boolean> {
  while (world.now() < deadline) {
    const answer = await world.shell(`reset ${trip}`);
    world.say(answer.text);
    if (answer.done) return true;
    await until(() => false, Math.min(deadline, world.now() + 2000));
  }
  return false;
}

async function loseBroker(world: StoryWorld, until: Until, end: number): Promise<Check[]> {
  world.say("The broker is lost: weir goes on under its last setpoint");
  const watts = world.dispatcher.sent.at(-1)?.watts ?? world.limits.ratedWatts;
  world.killBroker();
  let highest = 0;
  await until(() => !world.brokerUp(), world.now() + 2000);
  await until(
    () => {
      highest = Math.max(highest, world.truth().feederWatts);
      return world.brokerUp();
    },
    Math.min(end, world.now() + 15_000),
  );
  const lostAt = world.now();
  world.say("The broker is back, and knows nothing any more");
  const back = await until(
    () => world.told().online && (world.told().telemetryAt ?? 0) > lostAt,
    Math.min(end, world.now() + 15_000),
  );
  const seconds = (world.now() - lostAt) / 1000;
  const kept = highest <= watts + toleranceWatts;
  return [
    {
      name: "broker outage",
      holds: back && kept,
      text: `ceiling kept without it ${word(kept)} (${kilowatts(highest)} of ${kilowatts(watts)}), telemetry back ${
        back ? `after ${seconds.toFixed(1)} s` : "never"
      }`,
      figures: { kept, back, seconds: back ? seconds : null },
    },
  ];
}

function word(value: boolean): string {
  return value ? "yes" : "NO";
}

function kilowatts(watts: number): string {
  return Number.isFinite(watts) ? `${(watts / 1000).toFixed(1)} kW` : "––";
}
