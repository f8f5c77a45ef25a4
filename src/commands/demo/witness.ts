/** Looks at the truth of the plant the whole time and testifies in the end: temperature and power against their limits. */
import { flowLitersPerMinute } from "../../sim/plant/plant.ts";
import type { Check } from "./checks.ts";
import type { Demo } from "./running-demo.ts";
import type { Truth } from "./story.ts";

export interface Witness {
  /** What was seen; nothing is looked at afterwards. */
  close(): readonly Check[];
}

const lookMilliseconds = 100;

export function truthOf({ container }: Demo): Truth {
  const plant = container.plant();
  return {
    feederWatts: plant.feeder.watts,
    tankWatts: container.tankWatts,
    flowLitersPerMinute: (index) => {
      const parameters = plant.parameters.tanks[index];
      const tank = plant.tanks[index];
      return parameters === undefined || tank === undefined ? 0 : flowLitersPerMinute(parameters, tank);
    },
  };
}

export function openWitness(demo: Demo): Witness {
  let hottestCelsius = Number.NEGATIVE_INFINITY;
  let hottestTank = "";
  let highestWatts = 0;
  const timer = setInterval(() => {
    const plant = demo.container.plant();
    highestWatts = Math.max(highestWatts, plant.feeder.watts);
    plant.tanks.forEach((tank, index) => {
      // The fluid that stands around the machines is warmer than what any sensor sees.
      const celsius = Math.max(tank.bulkCelsius, tank.localCelsius);
      if (celsius <= hottestCelsius) return;
      hottestCelsius = celsius;
      hottestTank = plant.parameters.tanks[index]?.name ?? "";
    });
  }, lookMilliseconds);
  return {
    close: () => {
      clearInterval(timer);
      const tripCelsius = Math.min(...demo.site.tanks.map((tank) => tank.coolant.tripCelsius));
      const plant = demo.container.plant();
      const tripped = plant.feeder.breaker.tripped || plant.branches.some((branch) => branch.breaker.tripped);
      return [
        {
          name: "hottest tank",
          holds: hottestCelsius < tripCelsius,
          text: `${hottestTank} at most ${hottestCelsius.toFixed(1)} °C around its machines, trip at ${tripCelsius} °C`,
          figures: { hottestCelsius, tripCelsius },
        },
        {
          name: "breakers",
          holds: !tripped,
          text: `at most ${(highestWatts / 1000).toFixed(1)} kW of ${(demo.site.ratedWatts / 1000).toFixed(1)} kW, none tripped`,
          figures: { highestWatts, ratedWatts: demo.site.ratedWatts },
        },
      ];
    },
  };
}
