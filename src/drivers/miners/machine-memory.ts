/** What the links must not forget over a restart: each machine's MAC, and the mode, limit and pools it ran with before our commands. A file of its own, written off the control path. */
import { readFileSync } from "node:fs";
import type { MinerName } from "../../model/miner.ts";
import type { JsonObject } from "../../protocol/cgminer/json.ts";
import { type MemoryWriter, openMemoryWriter } from "./memory-writer.ts";

/** What a write was about to replace, until the machine shows that its pools stand. Holds the users and passwords of pools. */
export interface UnprovenWrite {
  readonly document: JsonObject;
  /** Work mode that the write wanted. */
  readonly mode: number;
}

export interface Remembered {
  /** First one seen; another one on the same address is another machine until a person accepts it. */
  readonly mac?: string;
  /** Work mode of a stock Antminer while it runs; 0 is normal. */
  readonly runMode?: number;
  /** Limit before the first of ours [W]; absent: none of ours is in force. */
  readonly ownLimitWatts?: number;
  /** With it, where the firmware's own manager picks the limit: the profile it had to stay below. */
  readonly ownMaximumProfile?: string;
  readonly unprovenWrite?: UnprovenWrite;
  /** Of a WhatsMiner, told to everybody: tells the machine apart while it tells no MAC. */
  readonly tokenSalt?: string;
}

export interface MachineMemory {
  recall(name: MinerName): Remembered;
  /** Adds to what is known; stored soon after. */
  remember(name: MinerName, news: Remembered): void;
  /** Puts it in place of what is known. */
  replace(name: MinerName, known: Remembered): void;
  /** Resolves when everything known by now is stored, or cannot be. */
  flush(): Promise<void>;
  /** Resolves when everything is stored, or cannot be. */
  stop(): Promise<void>;
}

/** Changes of a whole container are stored together [ms]. Choice. */
const gatherMilliseconds = 1_000;

/** `file`: null keeps it in this process only; `stays`: what is in the file is known, and nothing is written to it, nor any write of its owner made good. An unreadable file counts as empty: the modes are then normal, the MACs new. */
export function openMachineMemory(file: string | null, stays = false): MachineMemory {
  const writer = stays || file === null ? undefined : openMemoryWriter(file);
  const machines = new Map<MinerName, Remembered>(file === null ? [] : Object.entries(load(file, stays)));
  let timer: NodeJS.Timeout | undefined;
  let storing: Promise<void> | undefined;
  let changed = false;

  const store = async (to: MemoryWriter): Promise<void> => {
    changed = false;
    const stored = await to.write(`{\n${[...machines].map(lineOf).join(",\n")}\n}\n`);
    // A full or broken disk costs the memory, never the control; the store's own alarm tells of the disk.
    if (!stored) changed = true;
  };
  // One at a time, whoever asks.
  const begin = (to: MemoryWriter): void => {
    storing ??= store(to).finally(() => {
      storing = undefined;
      if (changed) storeSoon();
    });
  };
  const storeSoon = (): void => {
    if (writer === undefined) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      begin(writer);
    }, gatherMilliseconds);
    timer.unref();
  };

  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    await storing;
    // The machines of a whole container ask together, and share one store.
    if (changed && writer !== undefined) begin(writer);
    await storing;
    clearTimeout(timer);
    timer = undefined;
  };
  const replace = (name: MinerName, next: Remembered): void => {
    const before = machines.get(name) ?? {};
    if (same(next, before)) return;
    machines.set(name, next);
    changed = true;
    storeSoon();
  };

  return {
    recall: (name) => machines.get(name) ?? {},
    remember: (name, news) => replace(name, { ...machines.get(name), ...news }),
    replace,
    flush,
    stop: async () => {
      await flush();
      await writer?.stop();
    },
  };
}

/** After the machine has shown what became of its pools. */
export function forgetWrite(memory: MachineMemory, name: MinerName): void {
  const { unprovenWrite, ...rest } = memory.recall(name);
  if (unprovenWrite !== undefined) memory.replace(name, rest);
}

/** Worked out once an entry: a shed of a whole container stores several times, and each time all of it. */
const entryTexts = new WeakMap<Remembered, string>();

function lineOf([name, entry]: readonly [MinerName, Remembered]): string {
  const text = entryTexts.get(entry) ?? JSON.stringify(entry);
  entryTexts.set(entry, text);
  return `${JSON.stringify(name)}: ${text}`;
}

function same(one: Remembered, other: Remembered): boolean {
  const names = ["mac", "runMode", "ownLimitWatts", "ownMaximumProfile", "unprovenWrite", "tokenSalt"] as const;
  return names.every((name) => one[name] === other[name]);
}

function load(file: string, stays: boolean): Record<MinerName, Remembered> {
  const remembered: Record<MinerName, Remembered> = {};
  for (const [name, entry] of Object.entries(parsed(file))) {
    const { mac, runMode, ownLimitWatts, ownMaximumProfile, unprovenWrite, tokenSalt } = (
      typeof entry === "object" && entry !== null ? entry : {}
    ) as Record<string, unknown>;
    remembered[name] = {
      ...(typeof mac === "string" ? { mac } : {}),
      ...(typeof runMode === "number" && Number.isInteger(runMode) ? { runMode } : {}),
      ...(typeof ownLimitWatts === "number" && ownLimitWatts > 0 ? { ownLimitWatts } : {}),
      ...(typeof ownMaximumProfile === "string" ? { ownMaximumProfile } : {}),
      ...(typeof tokenSalt === "string" ? { tokenSalt } : {}),
      ...(!stays && isUnproven(unprovenWrite) ? { unprovenWrite } : {}),
    };
  }
  return remembered;
}

function isUnproven(value: unknown): value is UnprovenWrite {
  const { document, mode } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  return typeof document === "object" && document !== null && Number.isInteger(mode);
}

function parsed(file: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
