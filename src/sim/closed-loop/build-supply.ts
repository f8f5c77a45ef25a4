/** The supply of a built container: contract, generator, response to the frequency, racks that share the feeder. */
import type { Branch, Site } from "../../model/site.ts";
import type { Builder } from "./scenario.ts";

/** Grids and generators of the builder. */
export const nominalHertz = 60;
/** Points of instruments that no branch has. */
export const gridFrequencyPoint = "transducer/frequencyHertz";
const generatorFrequencyPoint = "generator/frequencyHertz";
export const relayPoint = "relay/underFrequencyClear";
export const racksBranch = "racks";

const cabinetPoint = "cabinet/airCelsius";
export const smokePoint = "io/smokeClear";
const confirmMilliseconds = 500;

export function supplyOf(builder: Builder, ratedWatts: number): Pick<Site, "contract" | "generator" | "frequency"> {
  const { contract } = builder;
  return {
    ...(contract === undefined
      ? {}
      : { contract: { watts: contract.watts, intervalMilliseconds: contract.intervalMinutes * 60_000 } }),
    ...generatorOf(builder, ratedWatts),
    ...frequencyOf(builder),
  };
}

function generatorOf({ generator }: Builder, ratedWatts: number): Pick<Site, "generator"> {
  if (generator === undefined) return {};
  const { stages, stepGapSeconds, shedWithinSeconds, ...steps } = generator;
  const frequency = {
    point: generatorFrequencyPoint,
    maximumAgeMilliseconds: 3000,
    stages: stages.map((stage) => ({ ...stage, confirmMilliseconds })),
    restoreAboveHertz: 0.99 * nominalHertz,
    restoreMilliseconds: 60_000,
  };
  return {
    generator: {
      ...steps,
      ratedWatts,
      stepGapMilliseconds: stepGapSeconds * 1000,
      ...(shedWithinSeconds === undefined ? {} : { shedWithinMilliseconds: shedWithinSeconds * 1000 }),
      ...(stages.length === 0 ? {} : { frequency }),
    },
  };
}

function frequencyOf({ frequency }: Builder): Pick<Site, "frequency"> {
  if (frequency === undefined) return {};
  const { droopRatio, headroomWatts, stages, holdSeconds } = frequency;
  return {
    frequency: {
      relay: { clear: relayPoint, keepWatts: 0 },
      response: {
        point: gridFrequencyPoint,
        maximumAgeMilliseconds: 1000,
        nominalHertz,
        deadbandHertz: 0.036,
        droopRatio,
        headroomWatts,
        stages: stages.map((stage) => ({ ...stage, confirmMilliseconds })),
        restoreAboveHertz: nominalHertz - 0.036,
        holdMilliseconds: holdSeconds * 1000,
        returnMilliseconds: 60_000,
        respondWithinMilliseconds: 16_000,
      },
    },
  };
}

/** What hot air takes off every breaker. */
export function deratingOf({ derating }: Builder): Pick<Branch, "derating"> {
  if (derating === undefined) return {};
  const { measured, ...figures } = derating;
  return { derating: { ...figures, point: measured ? cabinetPoint : null, maximumAgeMilliseconds: 60_000 } };
}

/** Racks on a branch of their own, with a meter and nothing that could take their power. */
export function racksOf({ protectedLoad }: Builder, like: Branch, breakerAmperes: number): readonly Branch[] {
  if (protectedLoad === undefined || like.meter === null) return [];
  const named = (point: string): string => point.replace(/^[^/]+/, `${racksBranch}-meter`);
  return [
    {
      ...like,
      name: racksBranch,
      parent: like.name,
      breakerAmperes,
      meter: {
        powerWatts: named(like.meter.powerWatts),
        currentAmperes: like.meter.currentAmperes.map(named),
        voltageVolts: like.meter.voltageVolts.map(named),
        maximumAgeMilliseconds: like.meter.maximumAgeMilliseconds,
      },
      auxiliaryWatts: 0,
      protectedLoad,
    },
  ];
}
