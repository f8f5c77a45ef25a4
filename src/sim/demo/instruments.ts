/** The instruments of the demo's container as their far ends are set up: what hangs on which line, at which address and speed. */
import { type lineNames, thermistorSeriesOhms } from "./wiring.ts";

type LineName = (typeof lineNames)[number];

export function lineSetup(name: LineName, port: string, outputs: Readonly<Record<string, number>>): unknown {
  return { name, port, outputs };
}

export function boardSetup(port: string): unknown {
  return { port, seriesOhms: { 0: thermistorSeriesOhms } };
}
