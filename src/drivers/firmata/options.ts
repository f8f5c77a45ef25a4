/** The times a Firmata board is driven by. */
import type { Milliseconds } from "../../model/reading.ts";

export interface FirmataOptions {
  /** The board samples its analog inputs this often [ms]. */
  readonly samplingMilliseconds: Milliseconds;
  /** Contacts are asked and outputs read back this often [ms]; each poll is a write that reveals a hang-up. */
  readonly pollMilliseconds: Milliseconds;
  /** A point not heard for this long is bad [ms]. */
  readonly silenceMilliseconds: Milliseconds;
  /** A board not heard for this long has its port closed and opened, which resets most boards [ms]. */
  readonly reopenMilliseconds: Milliseconds;
}

/** Choices: three polls may fail before a point is bad, and that is seen within 2 s; a reset Uno takes 3 to 4 s to speak. */
export const firmataOptions: FirmataOptions = {
  samplingMilliseconds: 100,
  pollMilliseconds: 500,
  silenceMilliseconds: 1500,
  reopenMilliseconds: 6000,
};
