/** One machine's link: polls it, holds the newest target, writes, reads back, reports facts. Judges nothing. */
import type { Clock } from "../../model/driver.ts";
import type { MinerDetails, MinerFault, MinerOrder, MinerReport, MinerTarget } from "../../model/miner.ts";
import { fail, type Result } from "../../model/result.ts";
import type { MinerModel, MinerSite } from "../../model/site.ts";
import type { MinerObservation } from "../../protocol/cgminer/observation.ts";
import { type GuardedSession, guardSession } from "./guarded-session.ts";
import { LookTimer } from "./look-timer.ts";
import type { MinerTool } from "./miner-tool.ts";
import { asTargeted, type Known, modelOf, reporter, withSetting } from "./observed.ts";
import { openSession } from "./open-session.ts";
import { forgetOwnLimit, rememberOwnLimit, storeOwnLimit } from "./own-limit.ts";
import type { MinerCredentials } from "./session.ts";
import { followUpWait, type LinkTiming, type MinerShared } from "./shared.ts";
import { ShedWatch } from "./shed-watch.ts";
import {
  beginWrite,
  emptySlot,
  endWrite,
  expireReadBack,
  machineAccepted,
  machineReturned,
  nextAction,
  observeSetting,
  replaceTarget,
  type SettingSeen,
  type Slot,
  type SlotAction,
} from "./slot.ts";

type WriteAction = Extract<SlotAction, { readonly kind: "write" | "limit" }>;

/** First wait for the effect of an acknowledged write, then doubling up to the poll period [ms]. Choice. */
const firstReadBackMilliseconds = 250;

/** A link for the miner; hosts must be IPv4 literals, so that no resolver is ever asked. */
export function createMinerLink(
  miner: MinerSite,
  model: Pick<MinerModel, "dialect">,
  credentials: MinerCredentials,
  clock: Clock,
  shared: MinerShared,
): MinerTool {
  const open = (): GuardedSession =>
    guardSession((door) => openSession(miner, model.dialect, credentials, clock, shared, door), miner, clock, shared);
  return new MinerLink(miner.name, open, clock, shared);
}

class MinerLink implements MinerTool {
  readonly name: string;
  private readonly openAnew: () => GuardedSession;
  private session: GuardedSession;
  private readonly clock: Clock;
  private readonly shared: MinerShared;
  private readonly timing: LinkTiming;
  private readonly shed = new ShedWatch();
  private pools: "restored" | "lost" | undefined;
  private readonly stopping = new AbortController();
  private slot: Slot;
  private last: { readonly observation: MinerObservation; readonly at: number } | undefined;
  private seen: SettingSeen | undefined;
  private fault: MinerFault | undefined = "not-read-yet";
  private failures = 0;
  private spread = false;
  /** The setting is proven, what it does to the machine not yet seen. */
  private followUp = false;
  private reading: Promise<void> | undefined;
  private writing: Promise<void> | undefined;
  private preparing: Promise<void> | undefined;
  private readonly looks: LookTimer;
  private readonly told: (known: Known) => MinerReport;
  private retryTimer: NodeJS.Timeout | undefined;
  private readBackWait = firstReadBackMilliseconds;
  private state: "new" | "started" | "stopped" = "new";

  constructor(name: string, open: () => GuardedSession, clock: Clock, shared: MinerShared) {
    this.name = name;
    this.shared = shared;
    this.openAnew = open;
    this.session = open();
    this.clock = clock;
    this.timing = shared.timing;
    this.looks = new LookTimer(clock, () => this.beginRead());
    this.told = reporter(name);
    const { ownLimitWatts = null } = shared.memory.recall(name);
    this.slot = { ...emptySlot, limits: this.session.limit !== undefined, ownLimitWatts };
  }

  start(): void {
    if (this.state !== "new") return;
    this.state = "started";
    const { firstReadMilliseconds, pollMilliseconds } = this.timing;
    this.lookIn(Math.random() * Math.min(firstReadMilliseconds, pollMilliseconds));
    this.advance();
  }

  report(): MinerReport {
    const { name, last, fault, pools } = this;
    const { command, ownLimitWatts } = this.slot;
    const provenResponse = last && this.shared.responses.proven(name, modelOf(last.observation));
    return this.told({ last, fault, command, ownLimitWatts, provenResponse, pools });
  }

  target(target: MinerTarget): void {
    const next = replaceTarget(this.slot, target, this.clock.now());
    if (next === this.slot) return;
    this.slot = next;
    this.shed.command(target, this.last?.observation.powerWatts, this.clock.now());
    this.readBackWait = firstReadBackMilliseconds;
    const recent = this.recentlySeen();
    if (recent !== undefined) this.observe(recent);
    this.advance();
  }

  accept(): void {
    this.session.accept();
    // Tokens, salts, habits and the fault were the other machine's; the cheap read that proves a command would leave the last.
    this.session = this.openAnew();
    [this.slot, this.fault] = [machineAccepted(this.slot), undefined];
    this.lookIn(0);
    this.advance();
  }

  order(order: MinerOrder): Promise<Result<null, MinerFault>> {
    return this.session.order?.(order, this.stopping.signal) ?? Promise.resolve(fail("command-refused"));
  }

  async look(): Promise<MinerReport> {
    await this.reading;
    this.beginRead();
    await this.reading;
    return this.report();
  }

  inspect(): Promise<Result<MinerDetails, MinerFault>> {
    return this.session.inspect?.(this.stopping.signal) ?? Promise.resolve({ ok: true, value: {} });
  }

  access(): Promise<Result<null, MinerFault> | undefined> {
    return this.session.access?.(this.stopping.signal) ?? Promise.resolve(undefined);
  }

  async stop(): Promise<void> {
    this.state = "stopped";
    this.looks.stop();
    clearTimeout(this.retryTimer);
    this.stopping.abort();
    await Promise.all([this.reading, this.writing, this.preparing]);
  }

  /** The next look at the machine, unless an earlier one is due. */
  private lookIn(milliseconds: number): void {
    if (this.state === "started") this.looks.within(milliseconds);
  }

  private beginRead(): void {
    if (this.state !== "started") return;
    this.reading ??= this.read().finally(() => {
      this.reading = undefined;
      this.lookIn(this.nextLook());
      this.followUp = false;
      this.advance();
    });
  }

  private nextLook(): number {
    if (this.followUp) return followUpWait(this.timing);
    const wait = this.pollWait();
    // The moment its power falls is evidence of its response.
    return this.failures === 0 && this.shed.waiting(this.clock.now())
      ? Math.min(wait, this.timing.followUpMilliseconds)
      : wait;
  }

  private pollWait(): number {
    const { pollMilliseconds, longestPollMilliseconds } = this.timing;
    // The second reads are spread over a whole period, and with them all that follow.
    if (!this.spread) {
      this.spread = true;
      return Math.random() * pollMilliseconds;
    }
    const backedOff = pollMilliseconds * 2 ** Math.max(0, Math.min(this.failures, 6) - 2);
    // Spread by a tenth, so that links that started together part.
    return Math.min(backedOff, longestPollMilliseconds) * (0.95 + Math.random() / 10);
  }

  private async read(): Promise<void> {
    const startedAt = this.clock.now();
    const { command } = this.slot;
    const settingWanted = command !== null && command.readBackAt === undefined;
    if (settingWanted && (await this.readBack())) return;
    const result = await this.session.read(settingWanted, this.stopping.signal);
    if (this.state !== "started") return;
    if (!result.ok) {
      this.failures += 1;
      this.fault = result.error;
      this.slot = expireReadBack(this.slot, this.clock.now(), this.timing);
      return;
    }
    const fault = this.session.isStranger() ? "replaced-machine" : undefined;
    if (fault === undefined && (this.failures > 0 || this.fault === "replaced-machine"))
      this.slot = machineReturned(this.slot);
    this.failures = 0;
    this.fault = fault;
    const response = this.shed.observe(result.value.powerWatts, startedAt);
    if (response !== undefined) this.shared.responses.add(this.name, modelOf(result.value), response);
    this.last = { observation: result.value, at: startedAt };
    const { setting, limitWatts, pools = this.pools } = result.value;
    this.pools = pools;
    this.seen = { setting, startedAt, ...(limitWatts === undefined ? {} : { limitWatts }) };
    this.observe(this.seen);
    // A write in progress prepares for itself.
    if (this.writing === undefined && this.fault === undefined)
      this.preparing ??= this.session.prepare(this.stopping.signal).finally(() => {
        this.preparing = undefined;
      });
  }

  /** True: the cheap read has told what is wanted, or that nothing can be told; false: a whole read is due. */
  private async readBack(): Promise<boolean> {
    const { session, slot, last } = this;
    const startedAt = this.clock.now();
    if (session.readBack === undefined || slot.readBackUntil === null || slot.target.mode === "limit") return false;
    if (slot.ownLimitWatts !== null) return false;
    // What it draws and hashes must not grow old over the wait.
    if (last === undefined || startedAt - last.at > this.timing.pollMilliseconds) return false;
    const result = await session.readBack(this.stopping.signal);
    if (this.state !== "started") return true;
    if (!result.ok || result.value.setting === "unknown") return false;
    this.last = { ...last, observation: withSetting(last.observation, result.value.setting) };
    const { pools, ...seen } = result.value;
    this.pools = pools ?? this.pools;
    this.seen = { ...this.seen, ...seen, startedAt };
    this.observe(this.seen);
    this.followUp = this.slot.command?.readBackAt !== undefined;
    return true;
  }

  private async write(action: WriteAction): Promise<void> {
    const { target } = this.slot;
    this.slot = beginWrite(this.slot, this.clock.now(), action.kind === "limit");
    // Polls and follow-ups give way: a whole container is shed at once, and its machines have few connections.
    this.looks.notWithin(Math.min(followUpWait(this.timing), this.timing.pollMilliseconds));
    const { signal } = this.stopping;
    if (action.kind === "limit") {
      const { limitWatts } = this.last?.observation ?? {};
      const own = rememberOwnLimit(this.slot, this.name, limitWatts, this.session, this.shared.memory);
      this.slot = { ...this.slot, ownLimitWatts: own };
      await storeOwnLimit(this.shared.memory);
    }
    const result =
      action.kind === "write"
        ? await this.session.write(action.setting, this.slot.command?.attempts ?? 1, signal)
        : await (this.session.limit?.(action.watts, signal) ?? Promise.resolve(fail("command-refused" as const)));
    if (this.state !== "started") return;
    const outcome = result.ok ? { ok: true as const } : { ok: false as const, fault: result.error };
    this.slot = endWrite(this.slot, target, outcome, this.clock.now(), this.timing);
    this.readBackWait = firstReadBackMilliseconds;
    // Also after a failure: it may have had effect, and the answer been lost.
    this.lookIn(0);
  }

  private advance(): void {
    if (this.state !== "started") return;
    const now = this.clock.now();
    this.slot = expireReadBack(this.slot, now, this.timing);
    const action = nextAction(this.slot, this.recentlySeen(), now);
    if (action.kind === "write" || action.kind === "limit") {
      this.writing ??= this.write(action).finally(() => {
        this.writing = undefined;
        this.advance();
      });
    } else if (action.kind === "wait") {
      clearTimeout(this.retryTimer);
      this.retryTimer = setTimeout(() => this.advance(), action.until - now + 1);
    } else if (action.kind === "read" && this.reading === undefined) this.lookForProof();
  }

  private lookForProof(): void {
    // A machine that does not answer is looked at with its own back-off, unless an effect is being waited for.
    if (this.failures > 0 && this.slot.readBackUntil === null) return;
    const unread = this.seen === undefined || this.seen.startedAt < this.slot.trustedFrom;
    this.lookIn(unread && this.failures === 0 ? 0 : this.readBackWait);
    this.readBackWait = Math.min(this.readBackWait * 2, this.timing.pollMilliseconds);
  }

  private observe(seen: SettingSeen): void {
    const shown = asTargeted(this.session, this.slot.target, seen);
    this.slot = observeSetting(this.slot, shown, this.clock.now(), this.timing);
    forgetOwnLimit(this.slot, this.name, this.shared.memory);
  }

  /** The last good read, unless it is older than two polls: the machine may have been switched by hand since. */
  private recentlySeen(): SettingSeen | undefined {
    const { seen, clock, timing } = this;
    return seen !== undefined && seen.startedAt >= clock.now() - 2 * timing.pollMilliseconds ? seen : undefined;
  }
}
