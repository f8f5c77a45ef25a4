/** Self-test of the firm power: for a short time as much is shed as the ledger promises for 10 s; the meter says what came of it. */
import type { Acknowledgement, CommandSource, ControlMessage, Rejection, RemoteCommand } from "../../model/command.ts";
import type { EventRecord } from "../../model/decision.ts";
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit } from "../../model/reason.ts";
import { certain } from "../impossible.ts";
import { kilowatts } from "./answer.ts";
import type { CommandContext, Judgement } from "./judgement.ts";
import type { DispatchState, SelfTest } from "./state.ts";

/** What the ledger says for this time is tested [s]. */
export const testedSeconds = 10;
/** The meter is read this much later, and then the test is over [ms]. Source: choice: meters average over up to 5 s and are as old as that at most. */
const meteringMilliseconds: Milliseconds = 5000;
/** Delivered means at least this share of what was promised. Source: choice: two class 1 readings. */
const deliveredRatio = 0.98;

/** A test is an operator's; it needs a container that is dispatched as usual, a meter, and something to shed. Null: it may begin. */
export function refuseSelfTest(command: RemoteCommand, { dispatch, context }: Judgement): Rejection | null {
  if (context.lockout) return "lockout";
  if (context.trips.length > 0) return "tripped";
  if (command.source !== "operator" || isDisturbed(dispatch) || dispatch.selfTest !== null) return "unsupported";
  return beginning(context) === null ? "unsupported" : null;
}

/** Begins the test; the caller has asked whether it may. */
export function applySelfTest(command: RemoteCommand, body: ControlMessage, judgement: Judgement): DispatchState {
  const { dispatch, context, image } = judgement;
  const begins = certain(beginning(context), "self-test that may begin");
  const { encoding } = command;
  const { id, epoch, sequence } = body;
  const promisedWatts = Math.min(begins.promisedWatts, body.shedWatts ?? begins.promisedWatts);
  const acknowledge = { encoding, epoch, sequence };
  const { baselineWatts } = begins;
  return {
    ...dispatch,
    selfTest: { id, acknowledge, activeTold: false, since: image.now, baselineWatts, promisedWatts },
  };
}

function beginning({
  firm,
}: CommandContext): { readonly promisedWatts: number; readonly baselineWatts: number } | null {
  const { meteredWatts: baselineWatts, promisedWatts } = firm;
  return baselineWatts === null || promisedWatts <= 0 ? null : { promisedWatts, baselineWatts };
}

/** Stopped, or without a dispatcher: what falls then is no answer to a test. */
function isDisturbed({ failsafe, stops }: DispatchState): boolean {
  return failsafe !== null || stops.length > 0;
}

/** The limit of a test that runs. */
export function selfTestLimits({ selfTest }: DispatchState): readonly Limit[] {
  if (selfTest === null) return [];
  const { baselineWatts, promisedWatts } = selfTest;
  const text = `A self-test of the firm power sheds ${kilowatts(promisedWatts)} for ${testedSeconds + meteringMilliseconds / 1000} s.`;
  return [
    {
      scope: "container",
      ceilingWatts: Math.max(0, baselineWatts - promisedWatts),
      withinMilliseconds: testedSeconds * 1000,
      source: "operator",
      reason: { code: "self-test", text },
    },
  ];
}

export interface TestedScan {
  readonly selfTest: SelfTest | null;
  readonly acknowledgements: readonly Acknowledgement[];
  readonly events: readonly EventRecord[];
}

/** Advances a test by one scan; the last thing told is its result. `disturbed`: a trip or lockout stands. */
export function advanceSelfTest(
  dispatch: DispatchState,
  now: Milliseconds,
  measuredWatts: number | null,
  disturbed: boolean,
): TestedScan {
  const { selfTest } = dispatch;
  if (selfTest === null) return { selfTest, acknowledgements: [], events: [] };
  if (disturbed || isDisturbed(dispatch))
    return ended(selfTest, ["cancelled"], "warning", "ended before its time: something else has taken over.");
  const told = selfTest.activeTold ? [] : [answer(selfTest, "active")];
  if (now - selfTest.since < testedSeconds * 1000 + meteringMilliseconds)
    return { selfTest: { ...selfTest, activeTold: true }, acknowledgements: told, events: [] };
  const { baselineWatts, promisedWatts } = selfTest;
  if (measuredWatts === null)
    return ended(selfTest, ["failed"], "alarm", "failed: the meter was lost, nothing is proven.");
  const deliveredWatts = baselineWatts - measuredWatts;
  const good = deliveredWatts >= deliveredRatio * promisedWatts;
  const text = `promised ${kilowatts(promisedWatts)} within ${testedSeconds} s, delivered ${kilowatts(deliveredWatts)} on the meter.`;
  return ended(selfTest, good ? ["reached", "expired"] : ["failed"], good ? "information" : "alarm", text);
}

/** The operator's release ends it before its time. */
export function cancelSelfTest({ selfTest }: DispatchState, source: CommandSource): TestedScan {
  return selfTest === null || source !== "operator"
    ? { selfTest, acknowledgements: [], events: [] }
    : ended(selfTest, ["cancelled"], "information", "released before its time.");
}

function ended(
  selfTest: SelfTest,
  states: readonly Acknowledgement["state"][],
  severity: EventRecord["severity"],
  text: string,
): TestedScan {
  return {
    selfTest: null,
    acknowledgements: states.map((state) => answer(selfTest, state)),
    events: [{ kind: "command", severity, subject: selfTest.id, text: `Self-test: ${text}` }],
  };
}

function answer({ id, acknowledge }: SelfTest, state: Acknowledgement["state"]): Acknowledgement {
  return { id, state, ...acknowledge };
}
