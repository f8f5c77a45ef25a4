/** A container as it looks in the middle of a curtailment: a model made by hand. */
import type { ScreenModel } from "../../../src/views/screen/model.ts";

const machinesPerTank = 50;

function phaseOf(index: number): string {
  if (index < 27) return "hashing";
  if (index < 30) return "waking";
  if (index === 30) return "unreachable";
  if (index === 31) return "defiant";
  return "asleep";
}

export function exampleModel(): ScreenModel {
  const seconds = 96;
  const history = Array.from({ length: seconds }, (_, second) => {
    const ceilingWatts =
      second < 10 ? 120_000 : second < 55 ? Math.min(340_000, 120_000 + (second - 10) * 9_000) : 220_000;
    return { watts: second < 4 ? null : ceilingWatts - 2_000 - 1_500 * Math.sin(second), ceilingWatts };
  });
  return {
    container: "wolf-c07",
    seconds,
    mode: "controlled",
    broker: "online",
    socket: "online",
    ratedWatts: 348_000,
    watts: 218_400,
    ceilingWatts: 220_000,
    reservedWatts: 10_300,
    auxiliaryWatts: 14_800,
    terahashesPerSecond: 12_140,
    history,
    binding: "Dispatch holds the container to 220.0 kW (ecrs, event-77), 214 s left.",
    forMore: "A higher setpoint of dispatch; behind it stands the breaker of the feeder with 348.0 kW.",
    tanks: ["tank-1", "tank-2"].map((name, index) => ({
      name,
      coolantCelsius: index === 0 ? 45.3 : 53.1,
      derateCelsius: 52,
      tripCelsius: 60,
      flowLitersPerMinute: index === 0 ? 689 : 12,
      minimumLitersPerMinute: 300,
      levelPercent: 85,
      pumpRunning: true,
      contactorClosed: index === 0,
      dry: true,
      watts: index === 0 ? 112_300 : 900,
      trip: index === 0 ? null : "flow",
      history: Array.from({ length: seconds }, (_, second) => 40 + second / 10 + index * 4),
    })),
    machines: ["tank-1", "tank-2"].flatMap((tank) =>
      Array.from({ length: machinesPerTank }, (_, index) => ({
        name: `${tank}-${index}`,
        tank,
        phase: phaseOf(index),
      })),
    ),
    setpoints: [
      { slot: "dispatch", kind: "limit", watts: 220_000, state: "reached", remainingSeconds: 214, reason: "ecrs" },
    ],
    events: [
      { seconds: 3, severity: "information", text: "started, 24 running machines adopted" },
      { seconds: 8, severity: "information", text: "mode failsafe -> controlled" },
      { seconds: 55, severity: "information", text: "setpoint 220.0 kW of dispatch accepted" },
      { seconds: 58, severity: "information", text: "setpoint 220.0 kW reached on the meter" },
      {
        seconds: 71,
        severity: "alarm",
        text: "tank-2: flow proof lost (12 L/min, at least 300 wanted); its machines sleep",
      },
      { seconds: 71, severity: "alarm", text: "trip tank-2/flow latched" },
      { seconds: 78, severity: "warning", text: "contactor of branch-2 opened" },
    ],
    wires: [
      { name: "feeder", state: "good", note: "sdm630 42 ms" },
      { name: "branches", state: "good", note: "2 devices 21 ms" },
      { name: "cooling", state: "unsure", note: "io8 unsure" },
      { name: "uno-tank", state: "good", note: "board" },
      { name: "broker", state: "lost", note: "no connection for 4 s" },
      { name: "machines", state: "unsure", note: "99 of 100 answer" },
    ],
    story: "Pump of tank 2 lost its coupling",
    keys: [
      { key: "p", label: "pump" },
      { key: "s", label: "setpoint" },
      { key: "b", label: "broker" },
      { key: "l", label: "line" },
      { key: "u", label: "board" },
      { key: "m", label: "miner" },
      { key: "r", label: "reset" },
      { key: "w", label: "weir" },
      { key: "q", label: "quit" },
    ],
  };
}
