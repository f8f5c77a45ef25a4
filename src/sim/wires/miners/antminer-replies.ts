/** What an Antminer with stock firmware says of itself, on TCP 4028 and on its web pages. */
import type { Answer } from "./api.ts";
import type { Machine } from "./machine.ts";

/** Read-only API on TCP 4028. */
export function antminerAnswer(machine: Machine, now: () => number): Answer {
  return (request) => {
    const text = readApi(machine, String(request["command"]), now());
    return { text, delayMilliseconds: 0 };
  };
}

function readApi(machine: Machine, command: string, now: number): string {
  const head = (letter: string, code: number, message: string): unknown => [
    { STATUS: letter, When: Math.floor(Date.now() / 1000), Code: code, Msg: message, Description: "cgminer 1.0.0" },
  ];
  const version = {
    BMMiner: "1.0.0",
    API: "3.1",
    Miner: "49.0.1.3",
    CompileTime: "Tue Dec  6 16:12:30 CST 2022",
    Type: "Antminer S19j Pro",
  };
  const gigahashes = Math.round(machine.terahashes(now) * 1e5) / 100;
  if (command === "version")
    return JSON.stringify({ STATUS: head("S", 22, "CGMiner versions"), VERSION: [version], id: 1 });
  if (command === "summary")
    return JSON.stringify({
      STATUS: head("S", 11, "Summary"),
      SUMMARY: [
        { Elapsed: machine.uptimeSeconds(now), "GHS 5s": gigahashes, "GHS av": gigahashes, "GHS 30m": gigahashes },
      ],
      id: 1,
    });
  if (command !== "stats") return JSON.stringify({ STATUS: head("E", 14, "Invalid command"), id: 1 });
  const chip = Math.round(machine.chipCelsius(now));
  const temperatures = [1, 2, 3].map((chain) => [
    [`temp_pcb${chain}`, `${chip - 5}-${chip - 9}-${chip - 5}-${chip - 9}`],
    [`temp_chip${chain}`, `${chip}-${chip - 4}-${chip}-${chip - 4}`],
    [`chain_rate${chain}`, gigahashes === 0 ? "" : (gigahashes / 3).toFixed(2)],
  ]);
  const figures = {
    Elapsed: machine.uptimeSeconds(now),
    "GHS 5s": gigahashes,
    "GHS av": gigahashes,
    rate_30m: gigahashes,
    rate_unit: "GH",
    total_rateideal: machine.plate.terahashesPerSecond * 1000,
    fan_num: 0,
    temp_max: chip,
    ...Object.fromEntries(temperatures.flat()),
  };
  return JSON.stringify({ STATUS: head("S", 70, "CGMiner stats"), STATS: [version, figures], id: 1 });
}

export function stats(machine: Machine, now: number): unknown {
  const gigahashes = Math.round(machine.terahashes(now) * 1e5) / 100;
  const chip = Math.round(machine.chipCelsius(now));
  const chain = (index: number): unknown => ({
    index,
    freq_avg: 525,
    rate_ideal: (machine.plate.terahashesPerSecond * 1000) / 3,
    rate_real: gigahashes / 3,
    asic_num: 126,
    asic: " ooooooooo".repeat(14),
    temp_pic: [chip - 15, chip - 19, chip - 15, chip - 19],
    temp_pcb: [chip - 5, chip - 9, chip - 5, chip - 9],
    temp_chip: [chip, chip - 4, chip, chip - 4],
    hw: 3,
    eeprom_loaded: true,
    sn: `SIMULATED00${index}`,
  });
  const running = {
    elapsed: machine.uptimeSeconds(now),
    rate_5s: gigahashes,
    rate_30m: gigahashes,
    rate_avg: gigahashes,
    rate_ideal: machine.plate.terahashesPerSecond * 1000,
    rate_unit: "GH/s",
    chain_num: 3,
    fan_num: 0,
    fan: [],
    hwp_total: 0.0001,
    "miner-mode": machine.setting === "sleep" ? 1 : machine.runMode,
    "freq-level": 100,
    chain: [0, 1, 2].map(chain),
  };
  return {
    STATUS: { STATUS: "S", when: Math.floor(Date.now() / 1000), Msg: "stats", api_version: "1.0.0" },
    INFO: { miner_version: "49.0.1.3", CompileTime: "Tue Dec  6 16:12:30 CST 2022", type: "Antminer S19j Pro" },
    STATS: machine.asleep(now) ? [] : [running],
  };
}

export function summary(machine: Machine, now: number): unknown {
  const gigahashes = Math.round(machine.terahashes(now) * 1e5) / 100;
  const row = {
    elapsed: machine.uptimeSeconds(now),
    rate_5s: gigahashes,
    rate_30m: gigahashes,
    rate_avg: gigahashes,
    rate_unit: "GH/s",
  };
  return {
    STATUS: { STATUS: "S", when: Math.floor(Date.now() / 1000), Msg: "summary", api_version: "1.0.0" },
    INFO: { miner_version: "49.0.1.3", CompileTime: "Tue Dec  6 16:12:30 CST 2022", type: "Antminer S19j Pro" },
    SUMMARY: machine.asleep(now) ? [] : [row],
  };
}

export function systemInfo(machine: Machine, index: number): unknown {
  const byte = (value: number): string => value.toString(16).padStart(2, "0").toUpperCase();
  return {
    minertype: "Antminer S19j Pro",
    nettype: "DHCP",
    netdevice: "eth0",
    macaddr: `02:50:53:00:${byte(index >> 8)}:${byte(index & 255)}`,
    hostname: machine.plate.name,
    ipaddress: machine.plate.host,
    system_mode: "GNU/Linux",
    system_filesystem_version: "Tue Dec  6 16:12:30 CST 2022",
    firmware_type: "Release",
  };
}
