/** The eyes of the demo: MQTT and the local socket, and nothing else. */
import type { MqttClient } from "mqtt";
import type { Site } from "../../model/site.ts";
import type { PowerSample, ScreenModel } from "../../views/screen/model.ts";
import { coolantOf, isComplete, type ShellPages, sampleOf, screenModel, tripNames } from "./screen-model.ts";
import { openShellClient } from "./shell-client.ts";
import type { Told } from "./story.ts";
import { openUplink, type Telemetry, textOf, type UplinkEvent } from "./uplink.ts";

export interface Observer {
  told(): Told;
  /** Everything the screen shows but the story and the keys. */
  model(): Omit<ScreenModel, "story" | "keys">;
  /** Events since the last call. */
  takeEvents(): readonly UplinkEvent[];
  /** A command of the debug shell; refused where it cannot be reached. */
  command(text: string): Promise<{ readonly done: boolean; readonly text: string }>;
  /** To be given every message of the container. */
  take(topic: string, payload: Uint8Array): void;
  stop(): void;
}

const pollMilliseconds = 1000;
/** Older telemetry is no longer shown as the present [ms]; choice: three of them. */
const staleMilliseconds = 3500;
/** Longest chart of a wide terminal; choice. */
const mostSamples = 600;

export function startObserver(client: MqttClient, site: Site, dataFolder: string, now: () => number): Observer {
  const uplink = openUplink(now);
  const shell = openShellClient(dataFolder);
  let pages: ShellPages = { status: null, points: null, miners: null, lines: null };
  let completeAt: number | null = null;
  let power: readonly PowerSample[] = [];
  let coolant: readonly (readonly (number | null)[])[] = site.tanks.map(() => []);

  const fresh = (): Telemetry | null =>
    client.connected && uplink.telemetry !== null && now() - uplink.telemetry.at < staleMilliseconds
      ? uplink.telemetry
      : null;
  const online = (): boolean => client.connected && uplink.status === "online";
  const remember = (): void => {
    power = [...power.slice(1 - mostSamples), sampleOf(fresh(), pages)];
    const celsius = coolantOf(site, fresh(), pages);
    coolant = coolant.map((row, tank) => [...row.slice(1 - mostSamples), celsius[tank] ?? null]);
  };
  const poll = async (): Promise<void> => {
    remember();
    const [status, points, miners, lines] = await Promise.all([
      shell.ask("status --json"),
      shell.ask("points --json"),
      shell.ask("miners --json"),
      shell.ask("lines --json"),
    ]);
    pages = { status, points, miners, lines };
    if (completeAt === null && isComplete(pages)) completeAt = now();
  };
  const timer = setInterval(() => void poll(), pollMilliseconds);
  return {
    take: uplink.take,
    takeEvents: uplink.takeEvents,
    told: () => {
      const telemetry = fresh();
      return {
        watts: telemetry?.powerWatts ?? null,
        ceilingWatts: telemetry?.ceilingWatts ?? null,
        telemetryAt: uplink.telemetry?.at ?? null,
        online: online(),
        completeAt,
        mode: telemetry?.mode ?? "unknown",
        trips: tripNames(pages, uplink.state),
      };
    },
    command: async (text) => {
      const answer = await shell.ask(`${text} --yes --json`);
      if (answer === null) return { done: false, text: "weir does not answer on its socket" };
      return { done: answer["done"] === true, text: textOf(answer["text"]) ?? textOf(answer["error"]) ?? "" };
    },
    model: () =>
      screenModel({
        site,
        seconds: now() / 1000,
        telemetry: fresh(),
        state: uplink.state,
        events: uplink.events,
        pages,
        brokerOnline: online() && fresh() !== null,
        socketOnline: shell.connected,
        power,
        coolant,
      }),
    stop: () => {
      clearInterval(timer);
      shell.stop();
    },
  };
}
