/** Cooling of a built container: loop, fans, standby pumps, inlets, warm-up and a heat customer, as a scenario asks for them. */
import type { CoolingLoop, HeatCircuit, Pump, TankInlet, WarmUp } from "../../model/cooling.ts";
import { coolerPerWatt, exchangerPerWatt, stillShare } from "./plant-of-site.ts";
import type { Builder } from "./scenario.ts";

type Cooling = NonNullable<Builder["cooling"]>;

/** Fluid of this class flows a third at freezing point. Choice. */
const coldCelsius = 0;
const warmCelsius = 25;
export const coldFlowRatio = 0.35;
/** What the site file asks of cold fluid stays below what it can do. Choice. */
const coldNeededRatio = 0.25;
/** From the derate point of the difference to its trip [K]. Choice. */
const differenceBandKelvin = 10;

/** The pump of a tank. */
export function pumpOf(tank: number, cooling: Cooling | undefined): Pump {
  return {
    output: `io/pump${tank}`,
    feedback: `io/pump${tank}Running`,
    ...(cooling?.standbyPumps === true
      ? { standby: { output: `io/standby${tank}`, feedback: `io/standby${tank}Running` } }
      : {}),
    ...(cooling?.afterRunSeconds === undefined ? {} : { afterRunMilliseconds: cooling.afterRunSeconds * 1000 }),
  };
}

/** What a tank has besides. */
export function heatOfTank(
  tank: number,
  ratedWatts: number,
  minimumLitersPerMinute: number,
  cooling: Cooling | undefined,
): { readonly inlet?: TankInlet; readonly warmUp?: WarmUp } {
  if (cooling === undefined) return {};
  const inlet = {
    point: `pt100-inlet/tank${tank}InletCelsius`,
    maximumAgeMilliseconds: 15_000,
    derateKelvin: cooling.inletDerateKelvin,
    tripKelvin: cooling.inletDerateKelvin + differenceBandKelvin,
  };
  const warmUp = {
    coldCelsius,
    warmCelsius,
    coldLitersPerMinute: minimumLitersPerMinute * coldNeededRatio,
    watts: ratedWatts * coldNeededRatio,
  };
  return { ...(cooling.inlets ? { inlet } : {}), ...(cooling.warmUp ? { warmUp } : {}) };
}

/** One loop for all tanks; none where the scenario does not ask for it. */
export function loopsOf(names: readonly string[], machinesWatts: number, cooling: Cooling | undefined): CoolingLoop[] {
  if (cooling === undefined || cooling.fans === 0) return [];
  const cooler = machinesWatts * coolerPerWatt;
  const numbers = Array.from({ length: cooling.fans }, (_, index) => index + 1);
  return [
    {
      name: "dry-cooler",
      tanks: names,
      ambient: cooling.ambient ? { point: "pt100-inlet/airCelsius", maximumAgeMilliseconds: 60_000 } : null,
      hottestAmbientCelsius: 40,
      fans: numbers.map((fan) => ({
        output: `io/fan${fan}`,
        speed: cooling.drives ? `drive-${fan}/speedPercent` : null,
        feedback: `io/fan${fan}Running`,
      })),
      fanWattsPerKelvin: (cooler * (1 - stillShare)) / cooling.fans,
      stillWattsPerKelvin: cooler * stillShare,
      exchangerWattsPerKelvin: machinesWatts * exchangerPerWatt,
      targetCelsius: cooling.targetCelsius,
      minimumFanPercent: 20,
      heat: cooling.heatWantedCelsius === undefined ? null : customerOf(cooling.heatWantedCelsius, machinesWatts),
    },
  ];
}

function customerOf(wantedCelsius: number, machinesWatts: number): HeatCircuit {
  return {
    name: "greenhouse",
    supply: { point: "pt100-inlet/supplyCelsius", maximumAgeMilliseconds: 15_000 },
    ready: "io/greenhouseAsks",
    valve: "io/valvePercent",
    wantedCelsius,
    mostWatts: machinesWatts,
  };
}
