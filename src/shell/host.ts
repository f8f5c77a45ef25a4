/** What a debug shell may ask of the running controller: look at the last scan, hand in a command. Nothing else. */
import type { LocalCommand, LocalOutcome } from "../model/command.ts";
import type { Snapshot } from "../model/snapshot.ts";

export interface ShellHost {
  /** The newest finished scan; null before the first one. */
  snapshot(): Snapshot | null;
  /**
   * Puts an action into the inbox that MQTT's commands use too; resolves with what the core made of it.
   * `by` is who asks: `console` or `socket:USER`.
   */
  submit(action: LocalCommand["action"], by: string): Promise<LocalOutcome>;
}

/** A shell being served; `stop` drops its sessions and releases socket or port. */
export interface ShellService {
  stop(): Promise<void>;
}
