/** What the judges of one tank share within a scan. */
import type { Milliseconds, PointName } from "../../model/reading.ts";
import type { Judged } from "../judge.ts";
import type { Vote } from "../voting.ts";

/** What the judges of one tank see, and where they keep their proofs. */
export interface TankScan {
  readonly now: Milliseconds;
  readonly judgedOf: (point: PointName) => Judged;
  /** When something was last proven; the start of the process where it never was. */
  readonly provenAt: (name: string) => Milliseconds;
  readonly keepProof: (name: string, at: Milliseconds) => void;
  /** What its coolant sensors say together. */
  readonly vote: Vote;
  /** Drawn by its machines at most in this moment [W]. */
  readonly presentWatts: number;
  /** A trip of this tank stands. */
  readonly tripped: boolean;
  /** Its standby pump has taken over. */
  readonly standby: boolean;
  /** weir itself has stopped the pump: neither it nor the flow can be asked for. */
  readonly pumpStopped: boolean;
  /** The image is still completing and the hard-wired interlock stands: what is unknown sheds nothing yet. */
  readonly patient: boolean;
  /** How long an order to narrow may wait, because machines found running are being taken over [ms]; 0: not at all. */
  readonly holdMilliseconds: Milliseconds;
}
