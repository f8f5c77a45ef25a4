/** The core as a run sees it: started from what the disk knew, stepped from image to decision. Handed in, so that the simulation knows no control code. */
import type { Decision } from "../../model/decision.ts";
import type { Durable } from "../../model/durable.ts";
import type { ProcessImage } from "../../model/image.ts";
import type { Site } from "../../model/site.ts";

export interface StoredState {
  readonly durable: Durable | "none" | "unreadable";
  /** Restarts without a clean stop within the last 10 minutes. */
  readonly restarts: number;
}

/** `State` is opaque here. */
export interface Core<State> {
  start(site: Site, stored: StoredState, now: number, unixMilliseconds: number): State;
  step(state: State, image: ProcessImage, site: Site): { readonly state: State; readonly decision: Decision };
}
