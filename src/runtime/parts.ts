/** The parts a scan works with, as the runtime sees them: what it asks of the core, the drivers and the broker link. */
import type { RemoteCommand } from "../model/command.ts";
import type { Decision } from "../model/decision.ts";
import type { MinerDriver, PointDriver } from "../model/driver.ts";
import type { Heartbeat, ProcessImage } from "../model/image.ts";
import type { PointName } from "../model/reading.ts";
import type { Snapshot } from "../model/snapshot.ts";

/** The pure core with its state kept from scan to scan. */
export interface Core {
  step(image: ProcessImage): Decision;
}

/** A serial line or a board, and which of the site's points are its own. */
export interface PointPart {
  readonly driver: PointDriver;
  readonly points: ReadonlySet<PointName>;
}

export interface BrokerPart {
  start(): void;
  /** New since the last call, each once. */
  takeCommands(): readonly RemoteCommand[];
  heartbeat(): Heartbeat;
  publish(snapshot: Snapshot): void;
  state(): Snapshot["broker"];
  stop(): Promise<void>;
}

export interface Parts {
  readonly points: readonly PointPart[];
  readonly miners: readonly MinerDriver[];
  /** Null: the site has no broker. */
  readonly broker: BrokerPart | null;
  /** What the machines' links share, once all of them have stopped. */
  stopShared(): Promise<void>;
}
