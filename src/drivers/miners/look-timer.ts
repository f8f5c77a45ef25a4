/** When a link looks at its machine next: at the earliest moment asked for, unless what it does to the machine goes first. Knows no reasons. */
import type { Clock } from "../../model/driver.ts";
import type { Milliseconds } from "../../model/reading.ts";

export class LookTimer {
  private readonly clock: Pick<Clock, "now">;
  private readonly look: () => void;
  private timer: NodeJS.Timeout | undefined;
  private at = Number.POSITIVE_INFINITY;

  constructor(clock: Pick<Clock, "now">, look: () => void) {
    this.clock = clock;
    this.look = look;
  }

  /** In this time, unless an earlier look is due [ms]. */
  within(milliseconds: Milliseconds): void {
    const at = this.clock.now() + milliseconds;
    if (at >= this.at) return;
    clearTimeout(this.timer);
    this.at = at;
    this.timer = setTimeout(() => {
      this.at = Number.POSITIVE_INFINITY;
      this.look();
    }, milliseconds);
  }

  /** A look that would be due earlier is due in this time [ms]. */
  notWithin(milliseconds: Milliseconds): void {
    if (this.at >= this.clock.now() + milliseconds) return;
    this.stop();
    this.within(milliseconds);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.at = Number.POSITIVE_INFINITY;
  }
}
