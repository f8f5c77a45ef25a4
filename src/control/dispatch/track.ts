/** Follows accepted setpoints on the meter and tells the dispatcher: active, limited by what, reached, failed. */
import type { Acknowledgement } from "../../model/command.ts";
import type { EventRecord } from "../../model/decision.ts";
import type { ProcessImage } from "../../model/image.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit } from "../../model/reason.ts";
import { endEvent, progressAnswer } from "./answer.ts";
import { stopAnswer } from "./control-command.ts";
import { advanceSelfTest } from "./self-test.ts";
import type { DispatchState, Progress, Slot } from "./state.ts";

/** What the core made of this scan. */
export interface TrackedOutcome {
  /** Ceiling after the ramp [W]. */
  readonly ceilingWatts: number;
  readonly binding: Limit;
  /** At the metering point; null while the meter is not good. */
  readonly measuredWatts: number | null;
  /** A trip or a lockout stands. */
  readonly disturbed: boolean;
}

export interface Tracked {
  readonly dispatch: DispatchState;
  readonly acknowledgements: readonly Acknowledgement[];
  readonly events: readonly EventRecord[];
}

/** Source: DESIGN section 6: `reached` is metered for 10 s; progress is told at most every 10 s. */
const reachedHoldMilliseconds: Milliseconds = 10_000;
const tellIntervalMilliseconds: Milliseconds = 10_000;

/** Advances every open setpoint by one scan; call last, with what was decided. */
export function trackSetpoints(dispatch: DispatchState, image: ProcessImage, outcome: TrackedOutcome): Tracked {
  const slots = dispatch.slots.map((slot) => trackSlot(slot, image.now, outcome));
  const tested = advanceSelfTest(dispatch, image.now, outcome.measuredWatts, outcome.disturbed);
  const fresh = dispatch.stops.filter((stop) => !stop.activeTold);
  return {
    dispatch: {
      ...dispatch,
      slots: slots.map(({ slot }) => slot),
      selfTest: tested.selfTest,
      stops: dispatch.stops.map((stop) => (stop.activeTold ? stop : { ...stop, activeTold: true })),
    },
    acknowledgements: [
      ...slots.flatMap(({ acknowledgement }) => acknowledgement ?? []),
      ...fresh.flatMap((stop) => stopAnswer(stop, "active")),
      ...tested.acknowledgements,
    ],
    events: [
      ...slots.flatMap(({ slot, acknowledgement }) =>
        acknowledgement?.state === "failed" ? endEvent(slot, "failed") : [],
      ),
      ...tested.events,
    ],
  };
}

interface TrackedSlot {
  readonly slot: Slot;
  readonly acknowledgement: Acknowledgement | null;
}

function trackSlot(slot: Slot, now: Milliseconds, outcome: TrackedOutcome): TrackedSlot {
  if (slot.ended) return { slot, acknowledgement: null };
  const withinSince = isWithin(slot, outcome.measuredWatts) ? (slot.progress.withinSince ?? now) : null;
  const progress: Progress = { ...slot.progress, withinSince };
  const measured: Slot = { ...slot, progress };
  if (missed(measured, now))
    return { slot: { ...measured, ended: true }, acknowledgement: progressAnswer(measured, "failed") };
  if (progress.toldAt !== null && now - progress.toldAt < tellIntervalMilliseconds)
    return { slot: measured, acknowledgement: null };
  const limitedBy = limitOf(slot, outcome);
  const told = tell(measured, now, limitedBy, outcome.ceilingWatts);
  return told ?? { slot: measured, acknowledgement: null };
}

/** The most important thing not yet told; null: nothing new. */
function tell(slot: Slot, now: Milliseconds, limitedBy: string | null, ceilingWatts: number): TrackedSlot | null {
  const { progress } = slot;
  const telling = (change: Partial<Progress>, acknowledgement: Acknowledgement): TrackedSlot => ({
    slot: { ...slot, progress: { ...progress, ...change, toldAt: now } },
    acknowledgement,
  });
  const held = progress.withinSince !== null && now - progress.withinSince >= reachedHoldMilliseconds;
  if (held && !progress.reachedTold) return telling({ reachedTold: true }, progressAnswer(slot, "reached"));
  if (limitedBy !== null && limitedBy !== progress.limitedTold)
    return telling(
      { activeTold: true, limitedTold: limitedBy },
      progressAnswer(slot, "limited", ceilingWatts, limitedBy),
    );
  if (!progress.activeTold || (limitedBy === null && progress.limitedTold !== null))
    return telling({ activeTold: true, limitedTold: null }, progressAnswer(slot, "active"));
  return null;
}

function isWithin(slot: Slot, measuredWatts: number | null): boolean {
  if (measuredWatts === null) return false;
  if (slot.kind === "limit") return measuredWatts <= slot.watts + slot.toleranceWatts;
  return Math.abs(measuredWatts - slot.watts) <= slot.toleranceWatts;
}

/** The time to reach it is over and the meter was not within by then, or has left since. */
function missed(slot: Slot, now: Milliseconds): boolean {
  if (slot.reachBy === null || slot.progress.reachedTold || now < slot.reachBy) return false;
  return slot.progress.withinSince === null || slot.progress.withinSince > slot.reachBy;
}

/** What keeps the container below the setpoint; null: nothing does, or only the ramp on its way. */
function limitOf(slot: Slot, outcome: TrackedOutcome): string | null {
  if (slot.waitsForRevision !== null) return "store";
  if (outcome.ceilingWatts >= slot.watts || outcome.binding.source === "ramp") return null;
  const { code } = outcome.binding.reason;
  const own = outcome.binding.source === slot.name && (code === "setpoint" || code === "group-setpoint");
  return own ? null : code;
}
