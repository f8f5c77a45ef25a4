/** Invariants of the supply, on the plant's truth: the contract's mean, the steps of a generator. */
import { decisionOf, type Invariant } from "../moment.ts";
import { trueUnixMilliseconds } from "../wall-clock.ts";

/** Error of a class 0.5 meter. */
const contractTolerance = 0.005;

/** Mean of the true power over each whole interval of the clock. */
export const contractKept: Invariant = {
  name: "contract-kept",
  covers: [],
  open: ({ site, container, faults }) => {
    const { contract } = site;
    let before = 0;
    let joules = 0;
    let began: number | null = null;
    let doubtful = false;
    return ({ now }) => {
      if (contract === undefined) return null;
      const length = contract.intervalMilliseconds;
      const interval = Math.floor(trueUnixMilliseconds(now) / length);
      const whole = began !== null && interval !== began && interval - began === 1 && before >= length;
      const mean = joules / (length / 1000);
      const told = whole && !doubtful && mean > contract.watts * (1 + contractTolerance);
      if (interval !== began) {
        began = interval;
        joules = 0;
        doubtful = false;
      }
      // With a clock that is wrong the controller cannot know where an interval of the truth begins.
      doubtful ||= faults.find("clock-jump") !== null;
      joules += (container.plant().feeder.watts * (now - before)) / 1000;
      before = now;
      return told ? `an interval of the contract ended with a mean of ${Math.round(mean)} W` : null;
    };
  },
};

/** What wakes within one gap of a generator is no more than one step. */
export const generatorSteps: Invariant = {
  name: "generator-steps",
  covers: [20],
  open: ({ site }) => {
    const { generator } = site;
    let steps: { readonly at: number; readonly watts: number }[] = [];
    return (moment) => {
      if (generator === undefined || decisionOf(moment) === null) return null;
      const woken = moment.woken.reduce((sum, { model }) => sum + Math.max(model.peakWakeWatts, model.ratedWatts), 0);
      steps = [
        ...steps.filter(({ at }) => moment.now - at < generator.stepGapMilliseconds),
        { at: moment.now, watts: woken },
      ];
      const sum = steps.reduce((all, { watts }) => all + watts, 0);
      return sum > generator.largestStepUpWatts
        ? `${Math.round(sum)} W are woken within one gap; a step may have ${generator.largestStepUpWatts} W`
        : null;
    };
  },
};

/** What wakes within one interval of a limited connection is no more than it allows. */
export const connectionSteps: Invariant = {
  name: "connection-steps",
  covers: [20],
  open: ({ site }) => {
    const limit = site.policy.largestStepUp;
    let steps: { readonly at: number; readonly watts: number }[] = [];
    return (moment) => {
      if (limit === undefined || decisionOf(moment) === null) return null;
      const { now, woken } = moment;
      // From its sleep to its peak: what a sleeping machine draws is there already.
      const added = woken.reduce(
        (sum, { model }) => sum + Math.max(model.peakWakeWatts, model.ratedWatts) - model.asleepWatts,
        0,
      );
      steps = [...steps.filter(({ at }) => now - at < limit.intervalMilliseconds), { at: now, watts: added }];
      const sum = steps.reduce((all, { watts }) => all + watts, 0);
      return sum > limit.watts ? `${Math.round(sum)} W are woken within one interval; ${limit.watts} W may be` : null;
    };
  },
};
