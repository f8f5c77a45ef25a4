/** A refused password is not sent again for a while, whatever is asked for: accounts lock, and a technician has to act first. */
import type { Clock } from "../../model/driver.ts";

/** Choice: a technician has changed it by then. */
export const refusedPauseMilliseconds = 15 * 60_000;

export class PasswordPause {
  private readonly clock: Clock;
  private until = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** The machine has refused it. */
  begin(): void {
    this.until = this.clock.now() + refusedPauseMilliseconds;
  }

  /** Nothing that bears the password may be sent. */
  stands(): boolean {
    return this.clock.now() < this.until;
  }
}
