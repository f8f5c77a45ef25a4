/**
 * Stands between the link and a machine's session: a machine with another MAC than the one remembered gets no password and no command.
 * In the controller's own network the kernel's table of neighbours tells whose the address is, and nobody is asked. Behind a router the
 * machine is asked before each command and each login, where it tells its MAC without a password. Where it does not, its own token or
 * nonce stands for it: another machine does not know that, and after such a doubt it must tell its MAC before it gets a command.
 */
import type { Clock } from "../../model/driver.ts";
import type { MinerFault } from "../../model/miner.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { MinerSite } from "../../model/site.ts";
import type { Door } from "./door.ts";
import { knock } from "./knock.ts";
import { withoutPoolLogins } from "./observed.ts";
import type { MinerSession } from "./session.ts";
import type { MinerShared } from "./shared.ts";

export interface GuardedSession extends MinerSession {
  /** Another machine has the address. */
  isStranger(): boolean;
  /** The machine that has the address is the right one from now on; what was remembered of the other is forgotten. */
  accept(): void;
}

type Place = Pick<MinerSite, "name" | "host" | "port" | "webPort">;
type Around = Pick<MinerShared, "memory" | "neighbours"> & {
  readonly timing: Pick<MinerShared["timing"], "connectMilliseconds">;
};

/**
 * A told MAC serves the command that it was asked for, with its login, and no later one [ms]. Choice: moving a cable, and the start of
 * the link behind it, take more than a second; an exchange, with a login behind it, takes less than this.
 */
const toldMilliseconds = 100;

/** Any port will do: a refusal, too, comes from the neighbour. */
const knockPort = 80;

/** `open`: makes the session, which asks this guard before it sends credentials. */
export function guardSession(
  open: (door: Door) => MinerSession,
  place: Place,
  clock: Pick<Clock, "now">,
  around: Around,
): GuardedSession {
  const guard = new Guard(place, clock, around);
  const session = open(guard);
  guard.session = session;
  const { stepLimit, limit, readBack, order, inspect, access, tellMac } = session;
  return {
    isStranger: () => guard.isStranger(),
    accept: () => guard.accept(),
    read: async (settingWanted, signal) => await guard.read(settingWanted, signal),
    write: async (setting, attempt, signal) =>
      await guard.command(signal, () => session.write(setting, attempt, signal)),
    prepare: async (signal) => {
      if (guard.isKnown()) await session.prepare(signal);
    },
    ...(tellMac && { tellMac: (signal) => tellMac.call(session, signal) }),
    ...(readBack && { readBack: async (signal) => await guard.look(signal, () => readBack.call(session, signal)) }),
    ...(limit && {
      limit: async (watts, signal) => await guard.command(signal, () => limit.call(session, watts, signal)),
    }),
    ...(session.unlimitedWatts === undefined ? {} : { unlimitedWatts: session.unlimitedWatts }),
    ...(stepLimit && { stepLimit: (watts) => stepLimit.call(session, watts) }),
    ...(order && {
      order: async (asked, signal) => await guard.command(signal, () => order.call(session, asked, signal)),
    }),
    ...(access && { access: async (signal) => await guard.command(signal, () => access.call(session, signal)) }),
    ...(inspect && {
      inspect: async (signal) => {
        const details = await guard.look(signal, () => inspect.call(session, signal));
        return details.ok ? succeed(withoutPoolLogins(details.value)) : details;
      },
    }),
  };
}

class Guard implements Door {
  session: MinerSession | undefined;
  private readonly place: Place;
  private readonly clock: Pick<Clock, "now">;
  private readonly around: Around;
  /** The last MAC that the machine told. */
  private told: { readonly mac: string; readonly at: number } | undefined;
  /** Whose the address was when that was last told or judged: the kernel forgets who is not asked. */
  private met: string | undefined;
  /** No exchange has failed, and no doubt come, since it was told. */
  private stands = false;
  /** Asked for the MAC that it once told, it told none. */
  private silent = false;
  private asking: Promise<Result<null, MinerFault>> | undefined;

  constructor(place: Place, clock: Pick<Clock, "now">, around: Around) {
    this.place = place;
    this.clock = clock;
    this.around = around;
  }

  isStranger(): boolean {
    const [before, mac] = [this.before(), this.near() ?? this.told?.mac];
    if (before === undefined) return false;
    return this.silent || (mac !== undefined && mac !== before);
  }

  /** As far as nothing has been asked for. */
  isKnown(): boolean {
    return !this.isStranger() && (this.before() === undefined || this.near() !== undefined || this.stands);
  }

  accept(): void {
    const mac = this.near() ?? (this.silent ? undefined : this.met);
    if (mac !== undefined || this.silent) this.around.memory.replace(this.place.name, mac === undefined ? {} : { mac });
    this.silent = false;
  }

  async read(settingWanted: boolean, signal: AbortSignal): ReturnType<MinerSession["read"]> {
    const { session } = this;
    if (session === undefined) return fail("no-reply");
    const at = this.clock.now();
    const result = await this.look(signal, () => session.read(settingWanted, signal));
    if (result.ok) this.learn(result.value.identity?.mac, at);
    return result;
  }

  /** What may be asked of a stranger unless it takes a password. */
  async look<Value>(
    signal: AbortSignal,
    task: () => Promise<Result<Value, MinerFault>>,
  ): Promise<Result<Value, MinerFault>> {
    const admitted = this.session?.readsOpenly === true ? succeed(null) : await this.admit(signal);
    return admitted.ok ? this.noticed(await task()) : admitted;
  }

  async command<Value>(
    signal: AbortSignal,
    task: () => Promise<Result<Value, MinerFault>>,
  ): Promise<Result<Value, MinerFault>> {
    const confirmed = await this.confirm(signal);
    return confirmed.ok ? this.noticed(await task()) : confirmed;
  }

  async admit(signal: AbortSignal): Promise<Result<null, MinerFault>> {
    if (this.before() === undefined) return succeed(null);
    const near = this.near() ?? (await this.meet(signal));
    if (near !== undefined) return typeof near === "string" ? this.judge(near) : near;
    if (this.session?.tellsMacOpenly === true) return await this.ask(signal);
    return this.told === undefined ? succeed(null) : this.judge(this.told.mac);
  }

  async confirm(signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const admitted = await this.admit(signal);
    const { session } = this;
    if (!admitted.ok || this.before() === undefined || this.near() !== undefined) return admitted;
    if (session?.tellMac === undefined || session.tellsMacOpenly === true || this.stands) return admitted;
    return await this.ask(signal);
  }

  doubt(): void {
    this.stands = false;
  }

  private before(): string | undefined {
    return this.around.memory.recall(this.place.name).mac;
  }

  /** The kernel knows the neighbour before it is asked anything; undefined behind a router. */
  private near(): string | undefined {
    return this.around.neighbours.macOf(this.place.host);
  }

  /** In the controller's own network somebody must be known to have the address; undefined: it is not there. */
  private async meet(signal: AbortSignal): Promise<string | Result<never, MinerFault> | undefined> {
    const { neighbours, timing } = this.around;
    const { host, port, webPort } = this.place;
    if (!neighbours.isNear(host)) return undefined;
    await knock(host, webPort ?? port ?? knockPort, timing.connectMilliseconds, signal);
    return neighbours.macOf(host, true) ?? fail("unreachable");
  }

  private judge(mac: string): Result<null, MinerFault> {
    this.met = mac;
    return mac === this.before() ? succeed(null) : fail("replaced-machine");
  }

  private ask(signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const { told } = this;
    if (told !== undefined && this.stands && this.clock.now() - told.at <= toldMilliseconds)
      return Promise.resolve(this.judge(told.mac));
    // Reads and writes of one machine may want it at once.
    this.asking ??= this.askNow(signal).finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  private async askNow(signal: AbortSignal): Promise<Result<null, MinerFault>> {
    const at = this.clock.now();
    const answer = this.noticed((await this.session?.tellMac?.(signal)) ?? fail("no-reply"));
    if (!answer.ok) return answer;
    this.silent = answer.value === undefined;
    if (answer.value === undefined) return fail("replaced-machine");
    this.learn(answer.value, at);
    return this.judge(answer.value);
  }

  private learn(mac: string | undefined, at: number): void {
    const { memory } = this.around;
    const known = mac ?? this.near();
    if (known !== undefined && this.before() === undefined) memory.remember(this.place.name, { mac: known });
    if (mac === undefined) return;
    this.told = { mac, at };
    this.met = mac;
    this.stands = true;
    this.silent = false;
  }

  private noticed<Value>(result: Result<Value, MinerFault>): Result<Value, MinerFault> {
    if (!result.ok && result.error !== "command-refused") this.stands = false;
    return result;
  }
}
