/** The hard case: half of the Antminers take 21 s to answer a POST, one machine in ten acknowledges and never drops. The links alone, without core and contactors. */
import { setTimeout as pause } from "node:timers/promises";
import { openClient, playFleet } from "./processes.ts";
import { machinesOf } from "./work.ts";

/** Source: miners' fact sheet, section 2.2. */
const slowPostMilliseconds = 21_000;
const liarEach = 10;
const lookMilliseconds = 50;
const deadlineMilliseconds = 60_000;

/** Of the power at the start; the liars' tenth and the standby of the others remain for the contactors. */
const restShare = 0.11;

export interface HardCase {
  readonly machines: number;
  /** From the command until the plugs show the rest; undefined: not within a minute. */
  readonly shedSeconds: number | undefined;
  /** Until every machine that sheds was proven by its read-back. */
  readonly provenSeconds: number;
  readonly proven: number;
}

export async function measureHardCase(count: number): Promise<HardCase> {
  const machines = machinesOf(count);
  const liars = machines.filter((_, index) => index % liarEach === 0).map(({ name }) => name);
  const antminers = machines.filter(({ kind }) => kind === "antminer").map(({ name }) => name);
  const fleet = await playFleet(machines);
  const asked = openClient("weir");
  try {
    await asked({ type: "setup", machines });
    await asked({ type: "phase", phase: "first", leftOut: [] });
    await asked({ type: "warm" });
    fleet.fault(liars, "ack-without-effect", true);
    const slow = antminers.filter((_, index) => index % 2 === 1);
    fleet.fault(slow, "slow-post", true, slowPostMilliseconds);
    await pause(1_000);
    const before = fleet.watts();
    const startedAt = performance.now();
    const sleep = asked({ type: "phase", phase: "sleep", leftOut: liars });
    while (fleet.watts() > before * restShare && performance.now() - startedAt < deadlineMilliseconds)
      await pause(lookMilliseconds);
    const shedMilliseconds = performance.now() - startedAt;
    const measured = await sleep;
    await asked({ type: "stop" });
    return {
      machines: count,
      shedSeconds: shedMilliseconds < deadlineMilliseconds ? shedMilliseconds / 1000 : undefined,
      provenSeconds: measured?.wallSeconds ?? Number.NaN,
      proven: measured?.done ?? 0,
    };
  } finally {
    await fleet.kill();
  }
}

export function printHardCase({ machines, shedSeconds, provenSeconds, proven }: HardCase): void {
  const shed = shedSeconds === undefined ? "not within a minute" : `after ${shedSeconds.toFixed(2)} s`;
  console.log(
    `hard case (21 s POSTs on half of the Antminers, one machine in ten never drops, links alone): plugs at most ` +
      `${(restShare * 100).toFixed(0)} % ${shed}; ${proven} of ${machines} proven after ${provenSeconds.toFixed(2)} s, the rest is the contactors'`,
  );
}
