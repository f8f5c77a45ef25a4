/** The work of the serial bench, the same for every client: blocks of registers whose values tell their origin. */

export interface Block {
  readonly unit: number;
  readonly address: number;
  readonly count: number;
}

/** What a client is told, as its only argument in JSON. */
export interface ClientTask {
  readonly client: string;
  readonly port: string;
  readonly baudRate: number;
  readonly timeoutMilliseconds: number;
  /** Before the window that is measured [ms]. */
  readonly warmUpMilliseconds: number;
  readonly windowMilliseconds: number;
  /** Looks for wrong values this often [ms]; of clients that store. */
  readonly lookMilliseconds: number;
  readonly blocks: readonly Block[];
}

/** What a client did in its window. `wrong`: during all its life. */
export interface ClientOutcome {
  readonly good: number;
  readonly errors: number;
  readonly wrong: number;
  readonly milliseconds: number;
  readonly processorMilliseconds: number;
}

/** The usual work: 16 units, each with a short and a long block. */
export const usualBlocks: readonly Block[] = Array.from({ length: 16 }, (_, index) => index + 1).flatMap((unit) => [
  { unit, address: 0, count: 20 },
  { unit, address: 40, count: 60 },
]);

/** A lone meter with blocks of one length: nothing in its replies tells them apart. */
export const equalBlocks: readonly Block[] = [0, 30, 60, 90].map((address) => ({ unit: 1, address, count: 20 }));

/** What the bus shows in a register. */
export function originOf(unit: number, address: number): number {
  return (unit << 8) | (address & 0xff);
}

/** Requests each second that the wire can carry with both silences kept. 10 bits a character; Modbus over Serial Line V1.02, section 2.5.1.1. */
export function wireLimit(baudRate: number, blocks: readonly Block[]): number {
  const character = 10_000 / baudRate;
  const silence = Math.max(3.5 * character, 1.75);
  const each = blocks.map(({ count }) => (8 + 5 + 2 * count) * character + 2 * silence);
  return (1000 * each.length) / each.reduce((sum, one) => sum + one, 0);
}

/** Takes the task from the command line. */
export function givenTask(): ClientTask {
  return JSON.parse(process.argv[2] ?? "{}") as ClientTask;
}

export function processorMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
