/** Where a scan looks, in which order, and how long it takes at most. */
import type { BoardFile } from "../../model/generated/board.ts";
import type { Parity } from "../../model/site.ts";
import { characterBits } from "../conversation.ts";

export interface Speed {
  readonly baudRate: number;
  readonly parity: Parity;
}

/** Speeds in order of how often they are met. Source: defaults of the boards (9600 and 19200), then what they can be set to. */
export const usualBaudRates: readonly number[] = [9600, 19_200, 38_400, 115_200, 57_600, 4800, 2400, 1200];
export const usualParities: readonly Parity[] = ["none", "even", "odd"];
/** Addresses looked at unless others are asked for. Source: a segment of RS-485 carries 32 unit loads (TIA/EIA-485). */
export const usualLastAddress = 32;
export const lastAddress = 247;

/** Wait for the first byte of a reply while most addresses are empty [ms]. Choice: typical replies take 5 to 60 ms; a later one is recognised by its address and asked for again. */
export const hastyMilliseconds = 100;
/** The same for what is known to be there, or made a noise [ms]. Source: longest of the boards (Eastron 600). */
export const patientMilliseconds = 600;
/** The master adds this for adapters that hold bytes back [ms]. Source: FTDI latency timer. */
const adapterMilliseconds = 16;
/** Request and shortest reply of a knock [characters]. */
const knockCharacters = 8 + 9;
/** Opening a port and listening before the first word [ms]. Choice: measured 120 ms with the hasty wait. */
const openMilliseconds = 150;

/** Every parity of the likeliest speed before the next one would cost more: odd parity is hardly ever set. */
export function speedsOf(baudRates: readonly number[], parities: readonly Parity[]): readonly Speed[] {
  return parities.flatMap((parity) => baudRates.map((baudRate) => ({ baudRate, parity })));
}

/** Addresses of devices as delivered: where a new line answers first. */
export function addressesAsDelivered(boards: readonly BoardFile[], wanted: readonly number[]): readonly number[] {
  const delivered = boards.map(({ serial }) => serial?.defaultAddress ?? 1);
  const first = [...new Set([1, ...delivered])].filter((address) => wanted.includes(address));
  return first.length > 0 ? first.sort((a, b) => a - b) : wanted.slice(0, 1);
}

/** Knocking at `addresses` at one speed, all of them silent [ms]. */
export function knockMilliseconds({ baudRate, parity }: Speed, addresses: number): number {
  const character = (1000 * characterBits(parity, 1)) / baudRate;
  const functions = 2;
  return (
    openMilliseconds + functions * addresses * (knockCharacters * character + hastyMilliseconds + adapterMilliseconds)
  );
}

export function speedText({ baudRate, parity }: Speed): string {
  return `${baudRate} Bd, parity ${parity}`;
}

/** `1-32`, `5`, `1,3,10-12`, `all`; null: none of these. */
export function parseAddresses(text: string): readonly number[] | null {
  if (text === "all") return Array.from({ length: lastAddress }, (_, index) => index + 1);
  const addresses = new Set<number>();
  for (const part of text.split(",")) {
    const found = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part.trim());
    const first = Number(found?.[1]);
    const last = Number(found?.[2] ?? first);
    if (found === null || first < 1 || last > lastAddress || last < first) return null;
    for (let address = first; address <= last; address += 1) addresses.add(address);
  }
  return [...addresses].sort((a, b) => a - b);
}
