/** What each dialect's commands are known to do: whether mining restarts and how long it takes, with the source of each. Data only. */
import type { MinerDialect } from "../../model/site.ts";

export type MinerAction = "sleep" | "wake" | "limit" | "percent" | "locate" | "reboot";

export interface Ability {
  readonly restartsMining: boolean | "unknown";
  /** From the command until its effect is whole; absent: nobody has published one. */
  readonly seconds?: { readonly least: number; readonly most: number };
  readonly source: string;
}

const sheet = "miners' fact sheet";
const restarts = (source: string, least?: number, most?: number): Ability => ability(true, source, least, most);
const gentle = (source: string, least?: number, most?: number): Ability => ability(false, source, least, most);
const unsure = (source: string): Ability => ability("unknown", source);

function ability(restartsMining: Ability["restartsMining"], source: string, least?: number, most?: number): Ability {
  if (least === undefined || most === undefined) return { restartsMining, source };
  return { restartsMining, seconds: { least, most }, source };
}

const readOnly: Partial<Record<MinerAction, Ability>> = {};

/** An action that is absent is one that the firmware does not have, or that nobody has published. */
export const abilities: Readonly<Record<MinerDialect, Readonly<Partial<Record<MinerAction, Ability>>>>> = {
  "whatsminer-v2": {
    sleep: unsure("manual V2.2, power_off"),
    wake: restarts("HashSource notes on V2.2: 1 min with fast boot, 10 min without; recorded up to 26 min", 60, 1_560),
    limit: restarts("manual V2.2, adjust_power_limit; ramps as after a start", 60, 1_560),
    percent: gentle("manual V2.2, set_power_pct: within 1 s, approximate, gone after a restart", 0, 1),
    locate: gentle("manual V2.2, set_led", 0, 1),
    reboot: restarts("manual V2.2, reboot"),
  },
  "whatsminer-v3": {
    sleep: unsure(`API v3, set.miner.service stop; ${sheet}, 2.4`),
    wake: restarts("as API v2: the same machines", 60, 1_560),
    limit: unsure(`API v3, set.miner.power_limit; ${sheet}, 2.4`),
    percent: gentle("API v3, set.miner.power_percent, mode fast; no time published"),
    locate: gentle("API v3, set.system.led", 0, 1),
    reboot: restarts("API v3, set.system.reboot"),
  },
  "bitmain-stock": {
    sleep: restarts("asic-rs #245: the POST takes 21 s; once no fall within 60 s", 21, 60),
    wake: restarts(`${sheet}, 2.2: any change of mode restarts mining`),
    locate: gentle(`${sheet}, 2.2, blink.cgi`, 0, 1),
    reboot: restarts(`${sheet}, 2.2, reboot.cgi`),
  },
  avalon: {
    sleep: gentle("softoff at a given second, 2 to 5 s ahead; A10: hashpower, at once", 2, 5),
    wake: restarts("softon at a given second; A10: a reboot"),
    locate: gentle("maker's A10 API documentation, led", 0, 1),
    reboot: restarts("maker's A10 API documentation, reboot"),
  },
  luxos: {
    sleep: gentle("Luxor (Hashrate Index): about 25 W in less than 5 s", 0, 5),
    wake: gentle("Luxor (Hashrate Index): back in less than 10 s with the step options", 5, 10),
    limit: unsure(`profileset; ${sheet}, 2.6`),
    locate: gentle("LuxOS documentation, ledset", 0, 1),
    reboot: restarts("LuxOS documentation, rebootdevice"),
  },
  braiins: {
    sleep: gentle("bos-plus-api: pause; quick ramping is configured, 2 s down in its example", 2, 2),
    wake: gentle("bos-plus-api: resume; 5 s up in its example, long from cold", 5, 300),
    limit: unsure("bos-plus-api: power-target; users report long ramps"),
    locate: gentle("bos-plus-api: locate", 0, 1),
    reboot: restarts("bos-plus-api: reboot"),
  },
  "braiins-graphql": readOnly,
  vnish: {
    sleep: unsure(`mining/stop; ${sheet}, 2.8`),
    wake: restarts("Stronghold waits 120 s before a start", 120, 300),
    limit: restarts("a preset needs mining/restart where the reply says so; about 120 s", 120, 120),
    percent: restarts("users of 1.3.3 and later: about 80 s", 80, 80),
    locate: gentle("find-miner", 0, 1),
    reboot: restarts("system/reboot"),
  },
  epic: {
    sleep: unsure(`/miner Stop; ${sheet}, 2.8`),
    wake: restarts(`/miner Autostart; ${sheet}, 2.8`),
    locate: gentle("/identify", 0, 1),
    reboot: restarts("/reboot"),
  },
  sealminer: readOnly,
  ebang: readOnly,
  none: readOnly,
};
