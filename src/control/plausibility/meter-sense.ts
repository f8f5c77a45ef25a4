/** Whether what a meter tells of one moment can be true together: its frequency, its phases, its powers against voltage and current. */

/** One meter at one moment; null: not measured, or not good. Phases L1, L2, L3, as far as it has them. */
export interface MeterMoment {
  readonly powerWatts: number | null;
  readonly frequencyHertz: number | null;
  readonly powerFactorRatio: number | null;
  readonly phases: readonly PhaseMoment[];
}

export interface PhaseMoment {
  readonly voltageVolts: number | null;
  readonly currentAmperes: number | null;
  readonly powerWatts: number | null;
}

export type MeterFinding =
  | { readonly kind: "frequency"; readonly hertz: number }
  /** Its sum of phases is not its total. */
  | { readonly kind: "phase-sum"; readonly sumWatts: number; readonly totalWatts: number }
  /** Its power is more than voltage and current allow, or not what they make with its power factor. */
  | { readonly kind: "power-mismatch"; readonly powerWatts: number; readonly expectedWatts: number }
  /** This phase (1 to 3) shows next to no current beside the others: a lost transformer, or a phase without load. */
  | { readonly kind: "no-current"; readonly phase: number }
  | { readonly kind: "reversed-transformer"; readonly phase: number }
  | { readonly kind: "all-reversed" }
  /** Transformers of these phases sit on each other's conductor. */
  | { readonly kind: "swapped-transformers"; readonly phases: readonly number[] };

/** Source: facts on serial lines, section 0: a plausible frequency lies between 45 and 65 Hz. */
const lowestHertz = 45;
const highestHertz = 65;
/** Errors of two classes 1 meters and of registers read some milliseconds apart. Choice. */
const sumRatio = 0.03;
const sumWatts = 50;
const powerRatio = 0.1;
/** Below this a phase tells nothing: standby supplies have any power factor [VA]. Choice. */
const loadVoltAmperes = 200;
/** A current below this share of the others' mean is none. Choice: windings of a lost transformer pick up some. */
const noCurrentRatio = 0.02;
/** No load of a container has a smaller power factor; a power in another unit has. Choice. */
const leastFactor = 0.1;
/** Machines run at 0.95 and better; a transformer on another phase is turned by 120°, which leaves 0.75 at most. Choice. */
const straightRatio = 0.85;

/** Everything that cannot be; empty where it fits, or where there is too little load to tell. */
export function judgeMeter(moment: MeterMoment): readonly MeterFinding[] {
  const { frequencyHertz: hertz } = moment;
  const findings: MeterFinding[] = [];
  if (hertz !== null && (hertz < lowestHertz || hertz > highestHertz)) findings.push({ kind: "frequency", hertz });
  return [...findings, ...judgeSum(moment), ...judgePower(moment), ...judgeTransformers(moment.phases)];
}

function judgeSum({ powerWatts: totalWatts, phases }: MeterMoment): readonly MeterFinding[] {
  if (totalWatts === null || phases.length === 0) return [];
  let sum = 0;
  for (const { powerWatts } of phases) {
    if (powerWatts === null) return [];
    sum += powerWatts;
  }
  const allowed = Math.max(sumWatts, sumRatio * Math.max(Math.abs(sum), Math.abs(totalWatts)));
  return Math.abs(sum - totalWatts) > allowed ? [{ kind: "phase-sum", sumWatts: sum, totalWatts }] : [];
}

function judgePower({ powerWatts, powerFactorRatio, phases }: MeterMoment): readonly MeterFinding[] {
  const apparent = apparentSum(phases);
  if (powerWatts === null || apparent === null || apparent < loadVoltAmperes) return [];
  const most = apparent * (1 + powerRatio) + sumWatts;
  // Transformers that work against each other make any power less than this; only more than all cannot be.
  if (Math.abs(powerWatts) > most) return [{ kind: "power-mismatch", powerWatts, expectedWatts: apparent }];
  // Phases that work against each other make the total small.
  if (phases.some((phase) => (factorOf(phase) ?? -1) < 0)) return [];
  const expectedWatts = apparent * Math.abs(powerFactorRatio ?? 1);
  const allowed = (powerFactorRatio === null ? 1 - leastFactor : powerRatio) * apparent + sumWatts;
  return expectedWatts - Math.abs(powerWatts) > allowed ? [{ kind: "power-mismatch", powerWatts, expectedWatts }] : [];
}

/** [VA]; null: not all of it is known. */
function apparentSum(phases: readonly PhaseMoment[]): number | null {
  let sum = 0;
  for (const { voltageVolts, currentAmperes } of phases) {
    if (voltageVolts === null || currentAmperes === null) return null;
    sum += Math.abs(voltageVolts * currentAmperes);
  }
  return phases.length === 0 ? null : sum;
}

/** Power over voltage and current; null: unknown, or too little load. */
function factorOf({ voltageVolts, currentAmperes, powerWatts }: PhaseMoment): number | null {
  if (voltageVolts === null || currentAmperes === null || powerWatts === null) return null;
  const apparent = Math.abs(voltageVolts * currentAmperes);
  return apparent < loadVoltAmperes ? null : powerWatts / apparent;
}

function judgeTransformers(phases: readonly PhaseMoment[]): readonly MeterFinding[] {
  if (phases.length !== 3) return [];
  return [...judgeCurrents(phases), ...judgeDirections(phases)];
}

function judgeCurrents(phases: readonly PhaseMoment[]): readonly MeterFinding[] {
  const apparent = phases.map(({ voltageVolts, currentAmperes }) =>
    Math.abs((voltageVolts ?? Number.NaN) * (currentAmperes ?? Number.NaN)),
  );
  return apparent.flatMap((own, index): readonly MeterFinding[] => {
    const others = apparent.filter((_, other) => other !== index);
    const least = Math.min(...others);
    const lost = least >= loadVoltAmperes && own < noCurrentRatio * ((Math.max(...others) + least) / 2);
    return lost ? [{ kind: "no-current", phase: index + 1 }] : [];
  });
}

function judgeDirections(phases: readonly PhaseMoment[]): readonly MeterFinding[] {
  const factors = phases.map(factorOf);
  const known: number[] = [];
  for (const factor of factors) if (factor !== null) known.push(factor);
  if (known.length < 3) return [];
  if (known.every((factor) => factor <= -straightRatio)) return [{ kind: "all-reversed" }];
  const crooked = known.flatMap((factor, index) => (Math.abs(factor) < straightRatio ? [index + 1] : []));
  // A load of a poor power factor is crooked in all phases alike and draws power; turned phases do not add up to it.
  const negative = known.some((factor) => factor < 0);
  if (negative && crooked.length >= 2) return [{ kind: "swapped-transformers", phases: crooked }];
  return known.flatMap((factor, index) =>
    factor <= -straightRatio ? [{ kind: "reversed-transformer", phase: index + 1 } as const] : [],
  );
}
