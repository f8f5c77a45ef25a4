/** Ebang (Ebit), its web pages: figures inside texts. It tells no watts, and takes neither sleep nor limit. */
import type { MinerDetails, MinerIdentity } from "../../model/miner.ts";
import { at, greatestOf, numberOf, numberWithin, present, textOf } from "../cgminer/fields.ts";
import type { JsonValue } from "../cgminer/json.ts";
import { type MinerObservation, plausible } from "../cgminer/observation.ts";

export const paths = {
  login: "/user/login",
  status: "/Cgminer/CgminerStatus",
  system: "/Status/getsystemstatus",
  pools: "/Cgminer/CgminerGetVal",
} as const;

/** The form its own web page posts; `yuyan` is the language. */
export function encodeLogin(user: string, password: string): string {
  return new URLSearchParams({
    username: user,
    word: password,
    yuyan: "1",
    login: "Login",
    get_password: "",
  }).toString();
}

/** Replies of `paths.status` and `paths.system`; undefined: no Ebang, or nobody is logged in. */
export function observeEbang(status: JsonValue, system: JsonValue): MinerObservation | undefined {
  if (at(status, "feedback") === undefined || at(system, "feedback", "productname") === undefined) return undefined;
  const hashrate = decodeRate(textOf(at(status, "feedback", "fivesecfigure")));
  const hashing = hashrate !== undefined && hashrate > 0;
  const temperatures = [1, 2, 3, 4].flatMap((number) => celsiusOf(at(system, "feedback", `device${number}temp`)));
  return present({
    mode: hashing ? "hashing" : hashrate === undefined ? "unknown" : "stopped",
    setting: hashing ? "run" : "unknown",
    powerSource: "unknown",
    hashrateTerahashesPerSecond: hashrate,
    boardCelsius: greatestOf(temperatures),
    uptimeSeconds: decodeDuration(textOf(at(status, "feedback", "worktime"))),
  } as const);
}

export function decodeEbangIdentity(system: JsonValue): MinerIdentity {
  return {
    make: "Ebang",
    model: textOf(at(system, "feedback", "productname")) ?? "unknown",
    firmware: textOf(at(system, "feedback", "systemsoftwareversion")) ?? "unknown",
  };
}

export function decodeEbangDetails(status: JsonValue, system: JsonValue, pools: JsonValue | undefined): MinerDetails {
  const fans = ["devicefan", "devicefan2"].map((name) => numberOf(at(system, "feedback", name)));
  const current = textOf(at(status, "feedback", "cgminerstatus"));
  const urls = [1, 2, 3].map((number) => textOf(at(pools, "feedback", `Mip${number}`)));
  return present({
    fansRevolutionsPerMinute: fans.filter((fan): fan is number => fan !== undefined && fan > 0),
    pools: urls
      .filter((url): url is string => url !== undefined)
      .map((url) => ({ url, state: url === current ? "in use" : "standby" })),
    averageTerahashesPerSecond: decodeRate(textOf(at(status, "feedback", "averfigure"))),
  });
}

/** `12.44T`, `850G`: a figure and the letter of its unit; another letter is refused. */
function decodeRate(text: string | undefined): number | undefined {
  const [, figure, letter] = /^([\d.]+)\s*([GTP])?/i.exec(text ?? "") ?? [];
  const perTerahash = { G: 1e3, T: 1, P: 1e-3 }[(letter ?? "").toUpperCase()];
  if (figure === undefined || perTerahash === undefined) return numberOf(figure) === 0 ? 0 : undefined;
  return numberWithin(Number(figure) / perTerahash, 0, plausible.terahashesPerSecond);
}

/** `123:6:37`: hours, minutes, seconds. */
function decodeDuration(text: string | undefined): number | undefined {
  const [, hours, minutes, seconds] = /^(\d+):(\d+):(\d+)$/.exec(text ?? "") ?? [];
  return hours === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** `60,55|55,51` or 60; 0 stands for "no sensor". */
function celsiusOf(value: JsonValue | undefined): (number | undefined)[] {
  const parts = typeof value === "string" ? value.split(/[,|]/) : [value];
  return parts.map((part) => {
    const figure = numberWithin(part, plausible.minimumCelsius, plausible.maximumCelsius);
    return figure === 0 ? undefined : figure;
  });
}
