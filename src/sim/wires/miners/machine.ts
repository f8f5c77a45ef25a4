/** The physics and the memory of one simulated machine: what it is set to, what it draws, what it hashes. No wire. */
import type { FaultName, SimulatedMiner } from "./setup.ts";

/** Newest ones kept. Choice: more than a test asks for, little for a long run. */
const mostSecrets = 1_000;

/** Shares of the wake time: control board, upward ramp, plateau, settling. Choice: shaped like a fast boot. */
const wakeShares = { dark: 0.15, ramp: 0.6, plateau: 0.8 };

export class Machine {
  readonly plate: Required<Omit<SimulatedMiner, "serialNumber">>;
  readonly faults = new Map<FaultName, number>();
  /** Commands that arrived over the wire and were understood, whether or not they had effect. */
  writeCount = 0;
  /** Requests that bore a password or what is derived of it, right or wrong. */
  loginCount = 0;
  /** Requests turned away for their credentials. */
  refusedCount = 0;
  inletCelsius = 35;
  supplied: boolean;
  setting: "run" | "sleep";
  /** Connections that came while another one was open, where the machine takes one at a time. */
  overlapCount = 0;
  rebootCount = 0;
  located = false;
  /** [W]; infinite: none set. */
  limitWatts = Number.POSITIVE_INFINITY;
  /** Share of the power by a quick command, gone after a restart. */
  percent = 100;
  /** From a request to its reply, on every port [ms]. */
  replyMilliseconds = 0;
  /** Antminer: the work mode it runs in unless asleep. */
  runMode: number;
  private readonly secrets = new Set<string>();
  private bootedAt: number;
  private changedAt: number;
  private wattsAtChange: number;

  constructor(miner: SimulatedMiner, now: number) {
    this.plate = {
      port: miner.kind === "whatsminer-v3" ? 4433 : 4028,
      webPort: 80,
      peakWakeWatts: miner.ratedWatts * 1.05,
      asleepWatts: 15,
      terahashesPerSecond: miner.ratedWatts / 28,
      sleepSeconds: 3,
      wakeSeconds: 20,
      bootSeconds: 2,
      startAsleep: false,
      limitRestarts: true,
      reportsPower: false,
      workMode: 0,
      ...miner,
    };
    this.supplied = true;
    this.setting = this.plate.startAsleep ? "sleep" : "run";
    this.runMode = this.plate.workMode;
    this.bootedAt = now;
    this.changedAt = Number.NEGATIVE_INFINITY;
    this.wattsAtChange = this.plate.asleepWatts;
  }

  /** Answers on the network: supplied, booted and not dead. */
  reachable(now: number): boolean {
    return this.supplied && now >= this.bootedAt && !this.faults.has("dead");
  }

  /** A command that has effect, unless a trap says otherwise. */
  command(setting: "run" | "sleep", now: number): void {
    this.writeCount += 1;
    if (this.faults.has("ack-without-effect") || setting === this.setting) return;
    this.wattsAtChange = this.watts(now);
    this.setting = setting;
    this.changedAt = now;
  }

  /** A limit that restarts mining, unless its plate says that it does not. */
  limit(watts: number, now: number): void {
    if (!this.plate.limitRestarts) {
      this.trim({ watts, percent: 100 });
      return;
    }
    this.writeCount += 1;
    if (this.faults.has("ack-without-effect")) return;
    this.limitWatts = watts;
    this.percent = 100;
    this.changedAt = now;
    this.wattsAtChange = this.plate.asleepWatts;
  }

  /** A limit or share that acts at once and does not restart. */
  trim(trimmed: { readonly watts?: number; readonly percent?: number }): void {
    this.writeCount += 1;
    if (this.faults.has("ack-without-effect")) return;
    this.limitWatts = trimmed.watts ?? this.limitWatts;
    this.percent = trimmed.percent ?? this.percent;
  }

  locate(on: boolean): void {
    this.writeCount += 1;
    if (!this.faults.has("ack-without-effect")) this.located = on;
  }

  reboot(now: number): void {
    this.writeCount += 1;
    if (this.faults.has("ack-without-effect")) return;
    this.rebootCount += 1;
    this.restart(now);
  }

  /** What it gave, took or derived as proof of who asks (token, cookie, session, digest): whoever knows it may command. */
  keepSecret(text: string): void {
    if (text === "") return;
    this.secrets.add(text);
    for (const oldest of this.secrets) {
      if (this.secrets.size <= mostSecrets) break;
      this.secrets.delete(oldest);
    }
  }

  keptSecrets(): readonly string[] {
    return [...this.secrets];
  }

  /** The machine's own clock [Unix s]: a trap sets it off. */
  clockSeconds(): number {
    return Math.floor(Date.now() / 1000) + (this.faults.get("clock-skew") ?? 0);
  }

  supply(supplied: boolean, now: number): void {
    if (supplied === this.supplied) return;
    this.supplied = supplied;
    if (!supplied) return;
    this.restart(now);
    if (this.faults.has("full-power-after-cycle")) this.setting = "run";
  }

  private restart(now: number): void {
    this.bootedAt = now + this.plate.bootSeconds * 1000;
    this.changedAt = this.bootedAt;
    this.wattsAtChange = this.plate.asleepWatts;
    this.percent = 100;
  }

  /** Where the power settles while it runs [W]. */
  get runWatts(): number {
    return Math.min(this.plate.ratedWatts, this.limitWatts) * (this.percent / 100);
  }

  /** True power at the plug [W]. */
  watts(now: number): number {
    if (!this.supplied) return 0;
    const { asleepWatts, sleepSeconds } = this.plate;
    if (now < this.bootedAt) return asleepWatts;
    const seconds = (now - this.changedAt) / 1000;
    if (this.setting === "run") return this.wakingWatts(seconds / this.plate.wakeSeconds);
    const share = Math.min(1, seconds / sleepSeconds);
    return this.wattsAtChange + (asleepWatts - this.wattsAtChange) * share;
  }

  private wakingWatts(share: number): number {
    const { asleepWatts } = this.plate;
    const ratedWatts = this.runWatts;
    const peak =
      (this.plate.peakWakeWatts / this.plate.ratedWatts) * ratedWatts * (this.faults.has("overshoot") ? 1.2 : 1);
    const from = Math.max(asleepWatts, this.wattsAtChange);
    if (share >= 1) return ratedWatts;
    if (share < wakeShares.dark) return from;
    if (share < wakeShares.ramp)
      return from + ((peak - from) * (share - wakeShares.dark)) / (wakeShares.ramp - wakeShares.dark);
    if (share < wakeShares.plateau) return peak;
    return peak + ((ratedWatts - peak) * (share - wakeShares.plateau)) / (1 - wakeShares.plateau);
  }

  /** What the machine says it draws [W]: a trap makes it say more than its limit. */
  toldWatts(now: number): number {
    return Math.round(this.watts(now) * (this.faults.has("estimate-above-target") ? 1.15 : 1));
  }

  terahashes(now: number): number {
    const { asleepWatts, ratedWatts, terahashesPerSecond } = this.plate;
    const share = (this.watts(now) - asleepWatts) / (ratedWatts - asleepWatts);
    return share < 0.2 ? 0 : Math.min(1.02, share) * terahashesPerSecond;
  }

  /** Power has settled after the last change. */
  settled(now: number): boolean {
    return this.setting === "run" && now - this.changedAt >= this.plate.wakeSeconds * 1000;
  }

  asleep(now: number): boolean {
    return this.setting === "sleep" && now - this.changedAt >= this.plate.sleepSeconds * 1000;
  }

  uptimeSeconds(now: number): number {
    return Math.max(0, Math.round((now - Math.max(this.bootedAt, this.changedAt)) / 1000));
  }

  chipCelsius(now: number): number {
    return Math.round((this.inletCelsius + 32 * (this.watts(now) / this.plate.ratedWatts)) * 10) / 10;
  }
}
