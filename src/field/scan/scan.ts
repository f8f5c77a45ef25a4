/** Finds the devices of one line: first where devices answer as delivered, then everywhere; each speed that answers is searched whole. Reads only. */
import { type Result, succeed } from "../../model/result.ts";
import { converse } from "../conversation.ts";
import type { PortProblem } from "../port-check.ts";
import { type Candidates, fitBoards, type NamedBoard, unknownUnit } from "./fit.ts";
import { knock } from "./knock.ts";
import { addressesAsDelivered, knockMilliseconds, type Speed, speedText } from "./plan.ts";

export interface ScanOrder {
  readonly port: string;
  readonly speeds: readonly Speed[];
  readonly addresses: readonly number[];
  readonly boards: readonly NamedBoard[];
  /** Also after devices were found: they may be set to different speeds. */
  readonly everySpeed: boolean;
}

export interface FoundDevice extends Speed {
  readonly address: number;
  readonly candidates: Candidates;
}

export interface Scanned {
  readonly devices: readonly FoundDevice[];
  readonly garbled: readonly (Speed & { readonly address: number })[];
  /** Speeds that were not searched, because devices were found before. */
  readonly skipped: readonly Speed[];
  readonly interrupted: boolean;
}

export interface ScanProgress {
  readonly signal: AbortSignal;
  /** What happens next, and how long everything that is left takes at most [ms]. */
  say(text: string, leftMilliseconds: number | null): void;
}

/** Scans the line of `order.port`. */
export async function scanLine(order: ScanOrder, progress: ScanProgress): Promise<Result<Scanned, PortProblem>> {
  const search = new Search(order, progress);
  const problem = await search.run();
  return problem === null ? succeed(search.result()) : { ok: false, error: problem };
}

/** One scan under way: what is found, and what is still to be searched. */
class Search {
  private readonly devices: FoundDevice[] = [];
  private readonly garbled: (Speed & { readonly address: number })[] = [];
  private readonly searched = new Set<Speed>();
  private readonly order: ScanOrder;
  private readonly progress: ScanProgress;

  constructor(order: ScanOrder, progress: ScanProgress) {
    this.order = order;
    this.progress = progress;
  }

  result(): Scanned {
    const { speeds } = this.order;
    const { aborted } = this.progress.signal;
    const skipped = aborted ? [] : speeds.filter((speed) => !this.searched.has(speed));
    return { devices: this.devices, garbled: this.garbled, skipped, interrupted: aborted };
  }

  async run(): Promise<PortProblem | null> {
    const { speeds, addresses, boards, everySpeed } = this.order;
    const first = addressesAsDelivered(
      boards.map(({ file }) => file),
      addresses,
    );
    const likely: Speed[] = [];
    for (const [index, speed] of speeds.entries()) {
      if (this.progress.signal.aborted) return null;
      const left = this.longest(speeds.slice(index), first.length) + this.longest(speeds, addresses.length);
      this.progress.say(`${speedText(speed)}: addresses as delivered (${first.join(", ")})`, left);
      const knocked = await this.knockAt(speed, first);
      if (!knocked.ok) return knocked.error;
      if (knocked.value.present.length === 0) continue;
      likely.push(speed);
      if (!everySpeed) break;
    }
    const order = [...likely, ...speeds.filter((speed) => !likely.includes(speed))];
    for (const [index, speed] of order.entries()) {
      if (this.progress.signal.aborted) return null;
      const enough = this.devices.length > 0 && !everySpeed;
      if (enough) return null;
      const left = this.longest(order.slice(index), addresses.length);
      this.progress.say(`${speedText(speed)}: ${addresses.length} addresses`, left);
      const problem = await this.searchAt(speed);
      if (problem !== null) return problem;
    }
    return null;
  }

  private async searchAt(speed: Speed): Promise<PortProblem | null> {
    const knocked = await this.knockAt(speed, this.order.addresses);
    if (!knocked.ok) return knocked.error;
    this.searched.add(speed);
    this.garbled.push(...knocked.value.garbled.map((address) => ({ ...speed, address })));
    for (const address of knocked.value.present) {
      this.progress.say(`address ${address} answers at ${speedText(speed)}: which board fits?`, null);
      const settings = { port: this.order.port, ...speed, stopBits: 1 as const };
      const conversation = await converse(settings, [unknownUnit(address)]);
      if (!conversation.ok) return conversation.error;
      const candidates = await fitBoards(conversation.value, address, this.order.boards, this.progress.signal);
      await conversation.value.close();
      this.devices.push({ ...speed, address, candidates });
    }
    return null;
  }

  private knockAt(speed: Speed, addresses: readonly number[]) {
    const settings = { port: this.order.port, ...speed, stopBits: 1 as const };
    return knock(settings, addresses, this.progress.signal);
  }

  private longest(speeds: readonly Speed[], addresses: number): number {
    return speeds.reduce((sum, speed) => sum + knockMilliseconds(speed, addresses), 0);
  }
}
