/**
 * Far end: plays a few hundred machines on loopback addresses, with their traps. A program of its own.
 *
 * Setup: `MinersSetup` of miners/setup.ts: `{ machines: [{ name, kind, host, port?, webPort?, ratedWatts, ... }],
 * user, password }`.
 * Truth: `NAME/supplied` 1 or 0 (its contactor), `NAME/inletCelsius`.
 * Effects: `NAME/powerWatts`, four times a second where it moved by more than 1 W; `NAME/writeCount`, `NAME/loginCount`,
 * `NAME/refusedCount`, `NAME/overlapCount`, `NAME/rebootCount`, `NAME/located` and `NAME/limitWatts` when they change.
 * Faults: the names in miners/setup.ts; the target is a machine's name or `*`. `slow-post` takes milliseconds as value.
 */
import type { Server, Socket } from "node:net";
import { serveFarEnd } from "./far-end.ts";
import { Machine } from "./miners/machine.ts";
import { makeServers, type Port } from "./miners/servers.ts";
import { type FaultName, faultNames, type MinersSetup } from "./miners/setup.ts";

/** Period of effects and of opening and closing ports [ms]. Choice: four times a second, as documented above. */
const periodMilliseconds = 250;

interface Played {
  readonly machine: Machine;
  readonly makeServers: () => readonly Port[];
  readonly sockets: Set<Socket>;
  servers: readonly Server[];
  opened: boolean;
  /** What the parent knows. */
  readonly told: Record<string, number>;
}

const played = new Map<string, Played>();
const now = (): number => performance.now();

const farEnd = serveFarEnd({
  setup: async (setup) => {
    const { machines } = setup as MinersSetup;
    for (const [index, miner] of machines.entries()) {
      const machine = new Machine(miner, now());
      machine.replyMilliseconds = (setup as MinersSetup).replyMilliseconds ?? 0;
      const sockets = new Set<Socket>();
      played.set(miner.name, {
        machine,
        makeServers: makeServers({
          machine,
          index: miner.serialNumber ?? index,
          setup: setup as MinersSetup,
          sockets,
          now,
        }),
        sockets,
        servers: [],
        opened: false,
        told: { writeCount: 0, loginCount: 0, refusedCount: 0, overlapCount: 0, rebootCount: 0, located: 0 },
      });
    }
    await Promise.all([...played.values()].map(open));
    setInterval(tick, periodMilliseconds);
    tick();
  },
  truth: (values) => {
    for (const [name, value] of Object.entries(values)) {
      const [machineName = "", quantity] = name.split("/");
      const machine = played.get(machineName)?.machine;
      if (quantity === "supplied") machine?.supply(value !== 0, now());
      else if (quantity === "inletCelsius" && machine !== undefined) machine.inletCelsius = value;
    }
    tick();
  },
  fault: (target, fault, on, value) => {
    if (!isFault(fault)) throw new Error(`no such fault: ${fault}; known are ${faultNames.join(", ")}`);
    for (const [name, { machine }] of played) {
      if (target !== "*" && target !== name) continue;
      if (on) machine.faults.set(fault, value ?? 1);
      else machine.faults.delete(fault);
    }
    tick();
  },
  secrets: () => Object.fromEntries([...played].map(([name, { machine }]) => [name, machine.keptSecrets()])),
});

function isFault(name: string): name is FaultName {
  return (faultNames as readonly string[]).includes(name);
}

async function open(machine: Played): Promise<void> {
  machine.opened = true;
  const made = machine.makeServers();
  machine.servers = made.map(({ server }) => server);
  await Promise.all(
    made.map(
      ({ server, port }) =>
        new Promise<void>((resolve, reject) => {
          server.on("error", reject);
          server.listen({ host: machine.machine.plate.host, port, backlog: 64 }, resolve);
        }),
    ),
  );
}

function shut(machine: Played): void {
  machine.opened = false;
  for (const server of machine.servers) server.close();
  for (const socket of machine.sockets) socket.destroy();
}

/** Opens and closes ports as machines boot and die, and tells what changed. */
function tick(): void {
  const at = now();
  const effects: Record<string, number> = {};
  for (const [name, one] of played) {
    const reachable = one.machine.reachable(at);
    if (reachable !== one.opened) {
      // A port that cannot be opened again ends the far end: the parent must see it.
      if (reachable) void open(one);
      else shut(one);
    }
    const { machine, told } = one;
    const watts = machine.watts(at);
    if (!(Math.abs(watts - (told["powerWatts"] ?? Number.NaN)) <= 1))
      effects[`${name}/powerWatts`] = told["powerWatts"] = watts;
    const { writeCount, loginCount, refusedCount, overlapCount, rebootCount, located, limitWatts } = machine;
    const counted = { writeCount, loginCount, refusedCount, overlapCount, rebootCount, located: located ? 1 : 0 };
    const limited = Number.isFinite(limitWatts) ? { ...counted, limitWatts } : counted;
    for (const [quantity, value] of Object.entries(limited))
      if (value !== told[quantity]) effects[`${name}/${quantity}`] = told[quantity] = value;
  }
  if (Object.keys(effects).length > 0) farEnd.effects(effects);
}
