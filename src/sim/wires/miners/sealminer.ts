/** A Sealminer: the cgminer API with a supply that measures; no commands. */
import type { Answer } from "./api.ts";
import type { Machine } from "./machine.ts";
import { macAddress } from "./web.ts";

export function sealminerAnswer(machine: Machine, index: number, now: () => number): Answer {
  return (request) => {
    const command = String(request["command"]);
    const known = command === "stats" || command === "version";
    const head = {
      STATUS: known ? "S" : "E",
      When: Math.floor(Date.now() / 1000),
      Code: known ? 70 : 14,
      Msg: known ? "BDMiner" : "Invalid command",
      Description: "bdminer 4.11.1",
    };
    const section =
      command === "stats"
        ? { STATS: [stats(machine, index, now())] }
        : command === "version"
          ? { VERSION: [{ API: "3.7", BDMiner: "4.11.1" }] }
          : {};
    return { text: JSON.stringify({ STATUS: [head], ...section, id: 1 }), delayMilliseconds: 0 };
  };
}

function stats(machine: Machine, index: number, now: number): unknown {
  const chip = Math.round(machine.chipCelsius(now));
  return {
    ASIC: "Seal02-V1",
    Model: "A2",
    Firmware: "2025091001",
    MAC: macAddress("50:d4:48:00", index),
    Elapsed: machine.uptimeSeconds(now),
    "MHS(30s)": machine.terahashes(now) * 1e6,
    "MHS(Rated)": machine.plate.terahashesPerSecond * 1e6,
    "PM State": "Running",
    "PSU Input Power": Math.round(machine.toldWatts(now)),
    "PSU Output Power": Math.round(machine.toldWatts(now) * 0.92),
    "Power Limit": machine.plate.ratedWatts,
    "Raise Freq Done": machine.settled(now),
    "0 Chip Count": 153,
    "0 MHS(Sample)": machine.terahashes(now) * 1e6,
    "0 Temp 0": chip - 15,
    "0 Temp 2": chip,
    "Liquid Cooling": true,
    Temp: chip,
  };
}
