/** What each key of the demo does to the container; causes only, never a view. */
import type { KeyModel } from "../../views/screen/model.ts";
import type { Demo } from "./running-demo.ts";

interface KeyAction extends KeyModel {
  act(): void;
}

/** Shares of the rating that dispatch asks for in turn. */
const setpointRatios = [1, 0.57, 0.3];
const tank = 1;

export function keyActions(demo: Demo, end: () => void): readonly KeyAction[] {
  const { container, dispatcher, observer, controller, site } = demo;
  let broken = false;
  let turn = 0;
  const kill = (name: string): void => {
    const farEnd = container.farEnds.find((item) => item.name === name);
    if (farEnd === undefined) demo.say(`There is no ${name} here`);
    else farEnd.kill();
  };
  return [
    {
      key: "p",
      label: "pump",
      act: () => {
        broken = !broken;
        container.breakPump(tank, broken);
        demo.say(broken ? "The pump of tank 2 loses its coupling" : "The pump of tank 2 is repaired");
      },
    },
    {
      key: "s",
      label: "setpoint",
      act: () => {
        turn = (turn + 1) % setpointRatios.length;
        const watts = Math.round(site.ratedWatts * (setpointRatios[turn] ?? 1));
        const sent = dispatcher.setpoint(watts, "manual");
        demo.say(sent === null ? "There is no broker to dispatch over" : `Dispatch asks for ${watts / 1000} kW`);
      },
    },
    { key: "b", label: "broker", act: () => kill("broker") },
    { key: "l", label: "line", act: () => kill("feeder") },
    { key: "u", label: "board", act: () => kill("uno-tank") },
    { key: "m", label: "miner", act: () => kill(site.miners[0]?.name ?? "") },
    { key: "w", label: "weir", act: () => controller.kill() },
    {
      key: "r",
      label: "reset",
      act: () => {
        const { trips } = observer.told();
        if (trips.length === 0) demo.say("Nothing is tripped");
        for (const trip of trips) void observer.command(`reset ${trip}`).then((answer) => demo.say(answer.text));
      },
    },
    { key: "q", label: "quit", act: end },
  ];
}
