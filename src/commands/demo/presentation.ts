/** How a demo shows itself: a screen, one line a second, or JSON lines. It shows what was heard, never the physics. */
import type { EventModel, KeyModel, ScreenModel } from "../../views/screen/model.ts";
import { drawScreen } from "../../views/screen/screen.ts";
import { clockTime, kilowatts, rounded } from "../../views/screen/words.ts";
import { allHold, type Check, summaryLines } from "./checks.ts";
import { keyActions } from "./keys.ts";
import type { DemoOptions } from "./options.ts";
import type { Demo, Saying } from "./running-demo.ts";
import { openTerminal } from "./terminal.ts";

export interface Presentation {
  summary(checks: readonly Check[]): void;
  /** Gives the terminal back. */
  close(): void;
}

const frameMilliseconds = 250;
const lineMilliseconds = 1000;

export function openPresentation(
  demo: Demo,
  options: DemoOptions,
  wantsScreen: boolean,
  quit: () => void,
): Presentation {
  if (wantsScreen) return openScreen(demo, quit);
  return options.json === true ? openJsonLines(demo) : openPlainLines(demo);
}

function openScreen(demo: Demo, quit: () => void): Presentation {
  const keys = keyActions(demo, quit);
  const labels = keys.map(({ key, label }): KeyModel => ({ key, label }));
  const terminal = openTerminal((pressed) => keys.find(({ key }) => key === pressed.toLowerCase())?.act());
  const paint = (): void => {
    const heard = demo.observer.model();
    const model: ScreenModel = {
      ...heard,
      events: [...heard.events, ...demo.said().map(sayingEvent)].sort((one, other) => one.seconds - other.seconds),
      story: demo.said().at(-1)?.text ?? "",
      keys: labels,
    };
    terminal.paint(drawScreen(model, terminal.columns, terminal.rows, terminal));
  };
  const timer = setInterval(paint, frameMilliseconds);
  const close = (): void => {
    clearInterval(timer);
    terminal.restore();
  };
  return {
    summary: (checks) => {
      close();
      printSummary(demo, checks);
    },
    close,
  };
}

/** What the demo itself did stands among the controller's events, marked. */
function sayingEvent({ text, at }: Saying): EventModel {
  return { seconds: at / 1000, severity: "information", text: `» ${text}` };
}

function openPlainLines(demo: Demo): Presentation {
  let said = 0;
  const timer = setInterval(() => {
    const model = demo.observer.model();
    for (const event of demo.observer.takeEvents())
      console.log(
        `${clockTime(event.at / 1000)}  ${event.severity === "information" ? "event" : event.severity}: ${event.text}`,
      );
    for (const { text, at } of demo.said().slice(said)) console.log(`${clockTime(at / 1000)}  ** ${text}`);
    said = demo.said().length;
    console.log(plainLine(model));
  }, lineMilliseconds);
  return {
    summary: (checks) => {
      clearInterval(timer);
      printSummary(demo, checks);
    },
    close: () => clearInterval(timer),
  };
}

function plainLine(model: Omit<ScreenModel, "story" | "keys">): string {
  const count = (phase: string): number => model.machines.filter((machine) => machine.phase === phase).length;
  const tanks = model.tanks.map((tank) => {
    const celsius = tank.coolantCelsius === null ? "––" : rounded(tank.coolantCelsius, 1);
    const flow = tank.flowLitersPerMinute === null ? "––" : rounded(tank.flowLitersPerMinute, 0);
    return `${tank.name} ${celsius} °C ${flow} L/min${tank.trip === null ? "" : ` TRIPPED ${tank.trip}`}`;
  });
  const links = model.broker === "online" ? "" : "  no broker";
  return [
    clockTime(model.seconds),
    model.mode.padEnd(10),
    `${kilowatts(model.watts)} of ${kilowatts(model.ceilingWatts)}`.padEnd(22),
    ...tanks,
    `${count("hashing")} hash ${count("waking")} wake ${count("asleep")} sleep${links}`,
  ].join("  ");
}

function openJsonLines(demo: Demo): Presentation {
  let said = 0;
  const print = (document: object): void => console.log(JSON.stringify(document));
  const timer = setInterval(() => {
    const { history: _, events: __, tanks, machines, ...model } = demo.observer.model();
    for (const event of demo.observer.takeEvents()) print({ type: "event", ...event });
    for (const saying of demo.said().slice(said)) print({ type: "story", ...saying });
    said = demo.said().length;
    const phases: Record<string, number> = {};
    for (const { phase } of machines) phases[phase] = (phases[phase] ?? 0) + 1;
    print({ type: "second", ...model, machines: phases, tanks: tanks.map(({ history: ___, ...tank }) => tank) });
  }, lineMilliseconds);
  return {
    summary: (checks) => {
      clearInterval(timer);
      print({ type: "summary", good: allHold(checks), checks, controller: demo.controller.figures() });
    },
    close: () => clearInterval(timer),
  };
}

function printSummary(demo: Demo, checks: readonly Check[]): void {
  const figures = demo.controller.figures();
  console.log(
    `\nSummary after ${rounded(demo.now() / 1000, 0)} s (${allHold(checks) ? "everything played held" : "NOT everything held"})`,
  );
  for (const line of summaryLines(checks)) console.log(line);
  if (figures !== null)
    console.log(
      `  weir run with ${demo.site.miners.length} machines: ${rounded(figures.residentMegabytes, 0)} MB resident, ${rounded(
        figures.cpuRatio * 100,
        1,
      )} % of one core`,
    );
}
