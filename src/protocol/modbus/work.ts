/** One step of the Modbus master in the making: the state so far and what it asks for. Local to the step; nothing of it survives. */
import { type ModbusRequest, replyLengthOf, requestLength } from "./frame.ts";
import type { Exchange, LineAction, LineState, Order, Outcome, UnitSettings, UnitState } from "./line-state.ts";

export interface Work {
  state: LineState;
  readonly actions: LineAction[];
  readonly now: number;
}

export function deliver(work: Work, order: Order, outcome: Outcome, startedAt: number): void {
  work.actions.push({ kind: "result", order, outcome, startedAt });
}

export function take(work: Work, order: Order): void {
  work.state = { ...work.state, queue: work.state.queue.filter((other) => other !== order) };
}

export function setExchange(work: Work, exchange: Exchange): void {
  work.state = { ...work.state, phase: { kind: "waiting", exchange } };
}

export function setUnit(work: Work, address: number, unit: UnitState): void {
  work.state = { ...work.state, units: { ...work.state.units, [address]: unit } };
}

/** What a request and its whole reply take on the wire, without the silence between them [ms]. */
export function wireMilliseconds(state: LineState, request: ModbusRequest): number {
  return (requestLength + replyLengthOf(request)) * state.settings.characterMilliseconds;
}

export function unitOf(state: LineState, address: number): UnitState {
  const unit = state.units[address];
  if (unit === undefined) throw new RangeError(`unit ${address} is not on this line`);
  return unit;
}

export function settingsOf(state: LineState, address: number): UnitSettings {
  const settings = state.settings.units.find(({ unit }) => unit === address);
  if (settings === undefined) throw new RangeError(`unit ${address} is not on this line`);
  return settings;
}
