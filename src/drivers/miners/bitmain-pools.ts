/** The whole configuration of an Antminer before our last write: on disk ahead of it, and put back where the write lost the pools. */
import type { MinerReport } from "../../model/miner.ts";
import {
  type Configuration,
  decodeConfiguration,
  encodeMode,
  normalMode,
  samePools,
} from "../../protocol/bitmain/configuration.ts";
import type { JsonObject } from "../../protocol/cgminer/json.ts";
import { type BitmainWeb, pages } from "./bitmain-web.ts";
import type { Door } from "./door.ts";
import { forgetWrite, type MachineMemory } from "./machine-memory.ts";
import { storeOwnLimit } from "./own-limit.ts";
import type { MinerShared } from "./shared.ts";

interface Saved {
  readonly configuration: Configuration;
  /** What the write wanted. */
  readonly mode: number;
}

export class BitmainPools {
  private readonly name: string;
  private readonly web: BitmainWeb;
  private readonly memory: MachineMemory;
  private readonly door: Door;
  private readonly diskMilliseconds: number;
  private saved: Saved | undefined;

  /** A write of a controller before us may still be unproven. */
  constructor(name: string, web: BitmainWeb, { memory, timing }: MinerShared, door: Door) {
    this.name = name;
    this.web = web;
    this.memory = memory;
    this.diskMilliseconds = timing.poolsOnDiskMilliseconds;
    this.door = door;
    const { document, mode = normalMode } = memory.recall(name).unprovenWrite ?? {};
    const kept = document && decodeConfiguration(document, false);
    if (kept?.ok) this.saved = { configuration: kept.value, mode };
  }

  /** Nobody has seen yet what became of the pools. */
  get unproven(): boolean {
    return this.saved !== undefined;
  }

  /** On disk before the post: a controller killed behind it still knows the pools when it is back. */
  async keep({ document }: Configuration, mode: number): Promise<void> {
    this.saved = undefined;
    this.memory.remember(this.name, { unprovenWrite: { document, mode } });
    await storeOwnLimit(this.memory, this.diskMilliseconds);
  }

  /** Only behind the answer, also a missing one: a page read before it may still show the pools of before. */
  posted(configuration: Configuration, mode: number): void {
    this.saved = { configuration, mode };
  }

  /** The first whole page behind a write, whichever read it was: tells what became of the pools; undefined while they stand. */
  async judge(
    { body, truncated }: { readonly body: JsonObject; readonly truncated: boolean },
    signal: AbortSignal,
  ): Promise<MinerReport["pools"]> {
    const { saved } = this;
    if (saved === undefined || truncated) return undefined;
    if (!samePools(saved.configuration, body)) {
      // After a restart the address may be another machine's: it gets no pools of the former.
      const confirmed = await this.door.confirm(signal);
      return confirmed.ok ? await this.restore(saved, signal) : undefined;
    }
    this.saved = undefined;
    forgetWrite(this.memory, this.name);
    return undefined;
  }

  /** Posts the saved document, once for a write, and looks whether the pools are there again. */
  private async restore({ configuration, mode }: Saved, signal: AbortSignal): Promise<"restored" | "lost"> {
    this.saved = undefined;
    await this.web.post(pages.setConfiguration, encodeMode(configuration, mode, false), signal);
    const page = await this.web.get(pages.configuration, "write", signal);
    // Somebody may set other pools by hand after a loss: those must stand.
    if (page.ok) forgetWrite(this.memory, this.name);
    return page.ok && samePools(configuration, page.value.body) ? "restored" : "lost";
  }
}
