/** Order of commands: `(epoch, sequence)` grows per source, kind and addressee; a higher epoch fences an older sender. */
import type { CommandSource, RemoteCommand } from "../../model/command.ts";
import type { OrderRegisters } from "../../model/durable.ts";

interface Position {
  readonly epoch: number;
  readonly sequence: number;
}

/** Why the command comes too late; null: it comes in order. */
export function outOfOrder(
  order: OrderRegisters,
  command: RemoteCommand,
  position: Position,
): "epoch" | "sequence" | null {
  if (position.epoch < fenceOf(order, command.source)) return "epoch";
  const last = order[registerOf(command)];
  if (last === undefined || position.epoch > last.epoch) return null;
  return position.sequence > last.sequence ? null : "sequence";
}

/** The registers after an accepted command; an operator's lowers every other source's fence to its own epoch. */
export function advanceOrder(order: OrderRegisters, command: RemoteCommand, position: Position): OrderRegisters {
  const next: Record<string, Position> = { ...order };
  if (command.source === "operator")
    for (const [register, last] of Object.entries(order))
      if (last.epoch > position.epoch) next[register] = { epoch: position.epoch, sequence: -1 };
  next[registerOf(command)] = { epoch: position.epoch, sequence: position.sequence };
  return next;
}

/** The highest epoch accepted from a source, whatever the kind. */
export function fenceOf(order: OrderRegisters, source: CommandSource): number {
  return Object.entries(order)
    .filter(([register]) => register.startsWith(`${source}/`))
    .reduce((highest, [, last]) => Math.max(highest, last.epoch), 0);
}

function registerOf(command: RemoteCommand): string {
  return `${command.source}/${command.kind}/${command.addressee}`;
}
