/** Everything a person may look at after a scan: what the shell and the screen show. */
import type { Decision } from "./decision.ts";
import type { LineHealth } from "./driver.ts";
import type { ProcessImage } from "./image.ts";

export interface Snapshot {
  readonly container: string;
  readonly version: string;
  readonly image: ProcessImage;
  readonly decision: Decision;
  readonly lines: readonly LineHealth[];
  readonly broker: { readonly state: "off" | "connecting" | "online"; readonly since: number; readonly url: string };
  readonly store: { readonly state: "good" | "slow" | "failed"; readonly storedRevision: number };
  readonly scan: { readonly count: number; readonly lastMilliseconds: number; readonly longestMilliseconds: number };
  /** Newest last; bounded. */
  readonly events: readonly LoggedEvent[];
}

export interface LoggedEvent {
  /** Persistent number without gaps. */
  readonly number: number;
  readonly unixMilliseconds: number;
  readonly kind: string;
  readonly severity: "information" | "warning" | "alarm";
  readonly subject: string;
  readonly text: string;
}
