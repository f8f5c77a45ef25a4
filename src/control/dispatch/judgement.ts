/** What a command is judged by: the state of dispatch, the image, the site, and what else stands. */
import type { ProcessImage } from "../../model/image.ts";
import type { Site } from "../../model/site.ts";
import type { DispatchState } from "./state.ts";

/** What else decides about a command. */
export interface CommandContext {
  /** Names of the trips that stand. */
  readonly trips: readonly string[];
  readonly lockout: boolean;
  /** All that was decided before this scan is on disk; false for 3 s: raises are refused and lowerings obeyed. */
  readonly storedOk: boolean;
  /** `Durable.revision` of the last scan; what this scan changes is on disk with the next one. */
  readonly durableRevision: number;
  /** What the ledger promises for the time of a self-test, and what the meter shows [W]. */
  readonly firm: { readonly promisedWatts: number; readonly meteredWatts: number | null };
}

/** Everything a check of one command may look at. */
export interface Judgement {
  readonly dispatch: DispatchState;
  readonly image: ProcessImage;
  readonly site: Site;
  readonly context: CommandContext;
}
