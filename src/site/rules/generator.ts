/** Rules of load steps and of a generator of our own: every machine and every contactor fits into the steps, and the stages of frequency make sense. */
import { checkPointUse, pathToRoot, type SiteRule } from "../context.ts";
import { pointerOf } from "../document.ts";
import type { Finding } from "../problem.ts";

/** Machines that hash by themselves come with their contactor all at once: no more of them than a step may hang behind one. */
export const stepContactors: SiteRule = ({ file, miners, models }) => {
  const steps = [
    ...(file.generator === undefined
      ? []
      : [{ name: "generator.largestStepUpWatts", watts: file.generator.largestStepUpWatts }]),
    ...(file.ramp.largestStepUp === undefined
      ? []
      : [{ name: "ramp.largestStepUp", watts: file.ramp.largestStepUp.watts }]),
  ].sort((a, b) => a.watts - b.watts);
  const [least] = steps;
  if (least === undefined) return [];
  return file.branches.flatMap(({ name, contactor }, index) => {
    if (contactor === undefined) return [];
    const comes = miners.reduce((sum, row) => {
      const behind = pathToRoot(file, row.miners[0]?.branch ?? "").some((candidate) => candidate.name === name);
      const own = row.miners.filter(({ model }) => behind && models[model]?.hashesAfterPowerCycle === true);
      return sum + own.length * (row.peakWatts ?? 0);
    }, 0);
    if (comes <= least.watts) return [];
    return [
      {
        pointer: pointerOf("branches", index, "contactor"),
        found: `${comes} W behind ${name} that start by themselves when it closes`,
        expected: `at most ${least.name}, ${least.watts} W: after a black-out it would never close`,
        remedy:
          "split the branch, or use firmware that stays asleep after a power cycle (hashesAfterPowerCycle: false)",
      },
    ];
  });
};

/** A step that starts no machine would keep all of them asleep for ever. */
export const gridStep: SiteRule = ({ file, miners }) => {
  const step = file.ramp.largestStepUp;
  const peak = miners.reduce((most, { peakWatts }) => Math.max(most, peakWatts ?? 0), 0);
  if (step === undefined || step.watts >= peak) return [];
  return [
    {
      pointer: "/ramp/largestStepUp/watts",
      found: `${step.watts} W`,
      expected: `at least ${peak} W, the peak of the largest machine: a smaller step never starts one`,
      remedy: "raise it, or leave it out where the connection has none",
    },
  ];
};

export const generatorSteps: SiteRule = ({ file, miners }) => {
  const { generator } = file;
  if (generator === undefined) return [];
  const findings: Finding[] = [];
  if (generator.ratedWatts < file.ratedWatts)
    findings.push({
      pointer: "/generator/ratedWatts",
      found: `${generator.ratedWatts} W`,
      expected: `at least ratedWatts of the container, ${file.ratedWatts} W`,
      remedy: "lower the container's rating to what the generator can give",
    });
  const peak = miners.reduce((most, { peakWatts }) => Math.max(most, peakWatts ?? 0), 0);
  for (const step of ["largestStepUpWatts", "largestStepDownWatts"] as const)
    if (generator[step] < peak)
      findings.push({
        pointer: `/generator/${step}`,
        found: `${generator[step]} W`,
        expected: `at least ${peak} W, the peak of the largest machine: a smaller step never starts or stops one`,
        remedy: "read the generator's load acceptance again",
      });
  return findings;
};

/** Stages get harder as the frequency falls, and end above all of them. */
export const generatorFrequency: SiteRule = (context) => {
  const frequency = context.file.generator?.frequency;
  if (frequency === undefined) return [];
  const { stages, point, restoreAboveHertz } = frequency;
  const findings = checkPointUse(context, point, "/generator/frequency/point", { output: false, unit: "Hz" });
  stages.forEach((stage, index) => {
    const before = stages[index - 1];
    if (before === undefined || (stage.belowHertz < before.belowHertz && stage.keepRatio < before.keepRatio)) return;
    findings.push({
      pointer: pointerOf("generator", "frequency", "stages", index),
      found: `below ${stage.belowHertz} Hz keeps ${stage.keepRatio}`,
      expected: `below ${before.belowHertz} Hz and less than ${before.keepRatio}, the stage before it`,
      remedy: "order the stages from the mildest to the hardest",
    });
  });
  const highest = Math.max(...stages.map(({ belowHertz }) => belowHertz));
  if (restoreAboveHertz <= highest)
    findings.push({
      pointer: "/generator/frequency/restoreAboveHertz",
      found: `${restoreAboveHertz} Hz`,
      expected: `above every stage, ${highest} Hz`,
      remedy: "raise it: between the two nothing changes",
    });
  return findings;
};
