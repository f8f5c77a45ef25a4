/** An Avalon: one connection at a time, figures in brackets, switched softly at a second of its own clock. */
import type { Answer } from "./api.ts";
import type { Machine } from "./machine.ts";

/** Wall over DC side. Source: recorded 1246, 3504 W over 3189 W. */
const wallShare = 3504 / 3189;

/** What a Q says at the wall place while it is off softly. Source: recorded Q. */
const idleWallFigure = 146;

/** Its one thread takes a while to answer [ms], so that overlaps show. Choice. */
const thinkMilliseconds = 5;

export function avalonAnswer(machine: Machine, index: number, now: () => number): Answer {
  const head = (letter: string, code: number, message: string): unknown => [
    { STATUS: letter, When: machine.clockSeconds(), Code: code, Msg: message, Description: "cgminer 4.11.1" },
  ];
  return (request) => {
    const text = (body: object): { text: string; delayMilliseconds: number } => ({
      text: JSON.stringify({ ...body, id: 1 }),
      delayMilliseconds:
        thinkMilliseconds + (request["command"] === "ascset" ? (machine.faults.get("slow-post") ?? 0) : 0),
    });
    switch (request["command"]) {
      case "version":
        return text({ STATUS: head("S", 22, "CGMiner versions"), VERSION: [version(index)] });
      case "stats":
        return text({ STATUS: head("S", 70, "CGMiner stats"), STATS: [stats(machine, index, now())] });
      case "pools":
        return text({
          STATUS: head("S", 7, "1 Pool(s)"),
          POOLS: [{ URL: "stratum+tcp://pool.example", Status: "Alive" }],
        });
      case "ascset": {
        const done = set(machine, String(request["parameter"]), now);
        if (done === undefined) return undefined;
        return text({ STATUS: head(done.letter, done.letter === "E" ? 120 : 118, done.message) });
      }
      default:
        return text({ STATUS: head("E", 14, "Invalid command") });
    }
  };
}

/** undefined: obeys, and closes the connection without a word. */
function set(
  machine: Machine,
  parameter: string,
  now: () => number,
): { readonly letter: string; readonly message: string } | undefined {
  const [, name = "", value = ""] = parameter.split(",");
  if ((name === "softoff" || name === "softon") && !machine.faults.has("old-firmware")) {
    const seconds = Number(value.split(":")[1]);
    const wait = seconds * 1000 - (Date.now() + (machine.faults.get("clock-skew") ?? 0) * 1000);
    // A second that has passed never comes; it says yes all the same.
    if (wait > 0 && wait < 60_000) setTimeout(() => machine.command(name === "softoff" ? "sleep" : "run", now()), wait);
    else machine.refusedCount += 1;
    return name === "softoff" ? { letter: "I", message: `ASC 0 set info: success softoff:${seconds}` } : undefined;
  }
  const old = machine.faults.has("old-firmware");
  if (name === "hashpower" && old && value === "0") machine.command("sleep", now());
  else if (name === "led") machine.locate(value === "1-1");
  else if (name === "reboot") {
    machine.reboot(now());
    // An A10 that was switched off comes back by a reboot, and by nothing else.
    if (old) machine.setting = "run";
  } else return { letter: "E", message: `ASC 0 set failed: Unknown option: ${name}` };
  return { letter: "S", message: "ASC 0 set OK" };
}

function version(index: number): unknown {
  const byte = (value: number): string => value.toString(16).padStart(2, "0").toUpperCase();
  return {
    CGMiner: "4.11.1",
    API: "3.7",
    PROD: "AvalonMiner 1246",
    MODEL: "1246-83",
    HWTYPE: "MM3v2_X3",
    LVERSION: "21072802_4ec6bb0_211fc46",
    MAC: `B4:A2:EB:00:${byte(index >> 8)}:${byte(index & 255)}`,
  };
}

function stats(machine: Machine, index: number, now: number): unknown {
  const wall = Math.round(machine.toldWatts(now));
  const direct = machine.setting === "sleep" ? 0 : Math.round(wall / wallShare);
  const terahashes = machine.terahashes(now);
  const asleep = machine.setting === "sleep";
  const chip = Math.round(machine.chipCelsius(now));
  const average = (machine.plate.terahashesPerSecond * 1000).toFixed(2);
  const parts = [
    `Ver[1246-83-21072802_4ec6bb0_211fc46] DNA[02010000cbd2${index.toString(16).padStart(4, "0")}] MEMFREE[1201472.0]`,
    `SYSTEMSTATU[Work: ${asleep ? "In Idle" : "In Work"}, Hash Board: 3 ] Elapsed[${machine.uptimeSeconds(now)}]`,
    `Temp[${machine.inletCelsius}] TMax[${asleep ? 0 : chip}] TAvg[${asleep ? 0 : chip - 6}] Fan1[0] Fan2[0] Fan3[0] Fan4[0]`,
    `PS[0 1214 1316 242 ${direct} 1320 ${asleep ? idleWallFigure : wall}] Led[${machine.located ? 1 : 0}]`,
    // The module's average goes on when nothing hashes.
    `GHSspd[${(terahashes * 1000).toFixed(2)}] GHSmm[${terahashes === 0 ? average : (terahashes * 1000).toFixed(2)}]`,
    `${machine.faults.has("old-firmware") ? "" : `SoftOFF[${asleep ? 4 : 0}]`} MTmax[${chip} ${chip} ${chip}] MGHS[${average} ${average} ${average}]`,
    `MPO[${Math.round(machine.plate.ratedWatts / wallShare) + 300}] WORKMODE[1]`,
  ];
  return { ID: "AVA100", "MM Count": 1, Elapsed: machine.uptimeSeconds(now), "MM ID0": parts.join(" ") };
}
