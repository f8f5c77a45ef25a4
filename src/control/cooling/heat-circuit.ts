/** A customer of the heat: as much of the loop's water as the fluid allows, and a wish for power. A customer that is gone, or a value that is lost, sends everything to the dry cooler. */
import type { HeatCircuit } from "../../model/cooling.ts";
import { takesPercent } from "../../model/cooling.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit, Request } from "../../model/reason.ts";
import { celsius, kilowatts } from "../figures.ts";
import type { Judged } from "../judge.ts";
import type { LoopPlace } from "../layout.ts";
import type { LoopState } from "./state.ts";

/** Heat is dumped to the dry cooler this far below the derate point, at first a little, then all of it over the band [K]. Source: grid-and-safety 6: dump before shedding. */
const dumpKelvin = 2;
const bandKelvin = 4;
/** The customer gets no hotter water than this above its wish [K]. Choice. */
const overKelvin = 6;
/** The wish for power grows and shrinks over this time [ms]; nothing changes within this much of the wanted temperature [K]. Source: choice: a loop and its tanks settle within ten minutes. */
const requestMilliseconds: Milliseconds = 600_000;
const deadKelvin = 1;

export interface HeatInput {
  readonly place: LoopPlace;
  readonly heat: HeatCircuit;
  readonly judgedOf: (point: string) => Judged;
  /** Hottest tank [°C]; null: one is not known. */
  readonly hottestCelsius: number | null;
  /** A trip stands, or the start is not complete: everything to the dry cooler. */
  readonly everything: boolean;
  readonly elapsedMilliseconds: Milliseconds;
}

/** Advances the share that goes to the customer, and the power that it asks for. */
export function stepHeat(before: LoopState, input: HeatInput): Pick<LoopState, "customerRatio" | "requestWatts"> {
  const { heat, judgedOf, hottestCelsius } = input;
  const ready = judgedOf(heat.ready);
  const supply = judgedOf(heat.supply.point);
  const served =
    !input.everything &&
    hottestCelsius !== null &&
    ready.quality !== "bad" &&
    ready.value === 1 &&
    supply.quality !== "bad";
  if (!served) return { customerRatio: 0, requestWatts: 0 };
  const missing = heat.wantedCelsius - supply.value;
  const cool = share((input.place.derateCelsius - dumpKelvin - hottestCelsius) / bandKelvin);
  const open = Math.min(cool, share((missing + overKelvin) / bandKelvin));
  const change = Math.abs(missing) <= deadKelvin ? 0 : Math.sign(missing);
  const requestWatts =
    before.requestWatts + (change * heat.mostWatts * input.elapsedMilliseconds) / requestMilliseconds;
  return {
    customerRatio: takesPercent(heat.valve) ? open : switched(before.customerRatio, open),
    requestWatts: Math.min(heat.mostWatts, Math.max(0, requestWatts)),
  };
}

/** A valve without a position opens when the whole band is free and closes at its end. */
function switched(before: number, open: number): number {
  if (open >= 1) return 1;
  return open <= 0 ? 0 : before;
}

/** What the valve is told: 0 is the dry cooler. */
export function valveOf({ valve }: HeatCircuit, { customerRatio }: LoopState): number {
  return takesPercent(valve) ? Math.round(100 * customerRatio) : customerRatio;
}

/** The wish as a request below all limits. */
export function heatRequest({ loop }: LoopPlace, heat: HeatCircuit, { requestWatts }: LoopState): readonly Request[] {
  if (requestWatts <= 0) return [];
  const text = `${heat.name} wants water of ${celsius(heat.wantedCelsius)}: at least ${kilowatts(requestWatts)} of heat.`;
  return [
    {
      scope: `coolingLoop/${loop.name}`,
      watts: requestWatts,
      kind: "atLeast",
      source: "heat",
      reason: { code: "heat-request", text },
    },
  ];
}

/** A target is a wish as well: the heat that is asked for lifts it. Limits are never lifted. */
export function liftTargets(
  limits: readonly Limit[],
  requests: readonly Request[],
  restWatts: number,
): readonly Limit[] {
  const heat = requests.filter(({ kind, source }) => kind === "atLeast" && source === "heat");
  const [first] = heat;
  if (first === undefined) return limits;
  const floorWatts = restWatts + heat.reduce((sum, { watts }) => sum + watts, 0);
  return limits.map((limit) =>
    limit.follows === true && limit.ceilingWatts < floorWatts
      ? {
          ...limit,
          ceilingWatts: floorWatts,
          reason: { ...limit.reason, text: `${limit.reason.text} ${first.reason.text}` },
        }
      : limit,
  );
}

function share(value: number): number {
  return Math.min(1, Math.max(0, value));
}
