/** Process of the hard case: the real core and the real links around simulated machines. The parent plays meters and contactors. */
import { startControl } from "../../../src/control/state.ts";
import { step } from "../../../src/control/step.ts";
import { createMinerLink } from "../../../src/drivers/miners/link.ts";
import { createMinerShared } from "../../../src/drivers/miners/shared.ts";
import type { RemoteCommand } from "../../../src/model/command.ts";
import type { EventRecord } from "../../../src/model/decision.ts";
import type { MinerDriver } from "../../../src/model/driver.ts";
import type { SimulatedMiner } from "../../../src/sim/wires/miners/setup.ts";
import { setpoint } from "../../../test/control/commands-for-tests.ts";
import { readingsOf, type Shown, siteOf } from "./container.ts";
import { access } from "./work.ts";

export type ToCore =
  | { readonly type: "setup"; readonly machines: readonly SimulatedMiner[] }
  | { readonly type: "shown"; readonly shown: Shown }
  /** An emergency order of dispatch. */
  | { readonly type: "order"; readonly watts: number }
  | { readonly type: "stop" };

/** How far one machine's shed has come [ms since the order]; absent: not yet. */
export interface Course {
  readonly name: string;
  readonly sent?: number;
  readonly acknowledged?: number;
  readonly readBack?: number;
}

export type FromCore =
  | { readonly type: "settled" }
  | { readonly type: "outputs"; readonly closed: Readonly<Record<string, 0 | 1>> }
  | { readonly type: "event"; readonly event: EventRecord }
  | { readonly type: "stopped"; readonly courses: readonly Course[] };

/** As `weir run` does. */
const scanMilliseconds = 1_000;

const clock = { now: () => performance.now(), unixMilliseconds: () => Date.now() };
const tell = (message: FromCore): void => void process.send?.(message);

function open(machines: readonly SimulatedMiner[]) {
  const site = siteOf(machines);
  const shared = createMinerShared();
  const links = site.miners.map((miner): MinerDriver => {
    const { dialect } = site.minerModels[miner.model] ?? { dialect: "none" };
    return createMinerLink(miner, { dialect }, access, clock, shared);
  });
  let state = startControl(site, "none", clock.now());
  let shown: Shown = { watts: {}, closed: {}, flowing: true };
  let shownAt = clock.now();
  let settled = false;
  let outputs = "";
  let commands: RemoteCommand[] = [];
  let orderedAt = Number.POSITIVE_INFINITY;
  const firstSent = new Map<string, number>();

  const scan = (): void => {
    const now = clock.now();
    const reports = links.map((link) => link.report());
    const result = step(
      state,
      {
        now,
        wallClock: { unixMilliseconds: Date.now(), trusted: true },
        boot: "00".repeat(16),
        readings: readingsOf(site, shown, shownAt),
        miners: Object.fromEntries(reports.map((report) => [report.name, report])),
        commands,
        heartbeat: { at: now, epoch: 1, number: Math.floor(now) },
        storedRevision: state.durable.revision,
        stopping: false,
      },
      site,
    );
    commands = [];
    state = result.state;
    const { decision } = result;
    for (const link of links) link.target(decision.minerTargets[link.name] ?? { mode: "leave" });
    for (const { name, command } of reports)
      if (command !== undefined && command.attempts > 0 && command.sentAt >= orderedAt && !firstSent.has(name))
        firstSent.set(name, command.sentAt);
    for (const event of decision.events)
      if (event.kind === "contactor" || event.kind === "miner" || event.kind === "trip") tell({ type: "event", event });
    const closed: Record<string, 0 | 1> = {};
    for (const { name, contactor } of site.branches)
      if (contactor !== null) closed[name] = decision.outputs[contactor.output] === 0 ? 0 : 1;
    if (JSON.stringify(closed) !== outputs) tell({ type: "outputs", closed });
    outputs = JSON.stringify(closed);
    if (!settled && !state.adopting && decision.miners.every(({ phase }) => phase === "hashing")) {
      settled = true;
      tell({ type: "settled" });
    }
  };
  for (const link of links) link.start();
  const timer = setInterval(scan, scanMilliseconds);
  return {
    show: (next: Shown): void => {
      // A trip begins with the flow: from there on the courses count.
      if (shown.flowing && !next.flowing) orderedAt = clock.now();
      shown = next;
      shownAt = clock.now();
    },
    order: (watts: number): void => {
      orderedAt = clock.now();
      commands = [emergency(watts, orderedAt)];
      // A command is scanned at once.
      scan();
    },
    stop: async (): Promise<readonly Course[]> => {
      clearInterval(timer);
      const courses = links.map((link): Course => {
        const { name, command } = link.report();
        const sent = firstSent.get(name);
        const since = (key: string, at: number | undefined) =>
          at === undefined || at < orderedAt ? {} : { [key]: at - orderedAt };
        return {
          name,
          ...since("sent", sent),
          ...since("acknowledged", command?.acknowledgedAt),
          ...since("readBack", command?.readBackAt),
        };
      });
      await Promise.all(links.map((link) => link.stop()));
      await shared.stop();
      return courses;
    },
  };
}

function emergency(watts: number, now: number): RemoteCommand {
  const issuedAt = Date.now();
  return setpoint(watts, now, {
    container: "simulated-c01",
    issuedAt,
    expiresAt: issuedAt + 600_000,
    timeToLiveSeconds: 600,
    rampDownWattsPerSecond: 1e7,
    onExpiry: { mode: "limit", watts },
    reason: "emergency",
  });
}

let core: ReturnType<typeof open> | null = null;

process.on("message", (message: ToCore) => {
  if (message.type === "setup") core = open(message.machines);
  else if (message.type === "shown") core?.show(message.shown);
  else if (message.type === "order") core?.order(message.watts);
  else
    void core?.stop().then((courses) => {
      process.send?.({ type: "stopped", courses } satisfies FromCore, () => process.exit(0));
    });
});
