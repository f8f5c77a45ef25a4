/**
 * The end of the process (SIGTERM), and why it leaves the container as it does. Machines of a tank without a hard-wired
 * interlock sleep first, because nothing else would trip them when their flow is lost. Machines of the other tanks run on:
 * a restart for an update must not cost a shed, and flow switch, thermostat and the heartbeat's timer relay (20 s) guard
 * them meanwhile. Cooling stays on; contactors stay as they are unless a tank without interlock holds machines that no
 * command moves, since opening them under load wears them for nothing and
 * the timer relay opens them anyway when no successor comes.
 */
import type { Milliseconds } from "../model/reading.ts";
import type { Limit } from "../model/reason.ts";
import type { Layout, TankPlace } from "./layout.ts";
import type { MachineState } from "./machines/machine.ts";

/** No longer than this: the service manager kills what does not end [ms]. Source: systemd's TimeoutStopSec is 90 s by default; the rest is for closing files. */
const longestStopMilliseconds: Milliseconds = 60_000;

/** Limits while the process ends. */
export function stoppingLimits(layout: Layout, stoppingSince: Milliseconds | null): readonly Limit[] {
  if (stoppingSince === null) return [];
  return unguarded(layout).map(({ tank }) => ({
    scope: `tank/${tank.name}`,
    ceilingWatts: 0,
    withinMilliseconds: 0,
    source: "stop",
    reason: {
      code: "stopping",
      text: `weir is ending and ${tank.name} has no hard-wired interlock: its machines sleep first.`,
    },
  }));
}

/** Whether the process may end: all that must sleep is proven asleep or has no power, or the time is over. */
export function mayEnd(
  layout: Layout,
  machines: readonly MachineState[],
  powered: readonly boolean[],
  stoppingSince: Milliseconds | null,
  now: Milliseconds,
): boolean {
  if (stoppingSince === null) return false;
  if (now - stoppingSince >= longestStopMilliseconds) return true;
  return unguarded(layout).every((tank) =>
    tank.machines.every((machine) => machines[machine]?.phase === "asleep" || powered[machine] === false),
  );
}

function unguarded(layout: Layout): readonly TankPlace[] {
  return layout.tanks.filter(({ tank }) => !tank.hardwiredInterlock);
}
