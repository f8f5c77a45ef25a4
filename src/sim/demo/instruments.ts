/** The instruments of the demo's container as their far ends are set up: what hangs on which line, at which address and speed. */
import { type lineNames, thermistorSeriesOhms } from "./wiring.ts";

type LineName = (typeof lineNames)[number];

/** Speeds and addresses as set on the instruments themselves; the site file must say the same. */
const lines = {
  feeder: {
    baudRate: 19_200,
    stopBits: 1,
    devices: [{ name: "feeder-meter", kind: "eastron-sdm630-v2", address: 1 }],
  },
  branches: {
    baudRate: 38_400,
    stopBits: 2,
    devices: [
      { name: "branch-1-meter", kind: "janitza-umg96rm", address: 1 },
      { name: "branch-2-meter", kind: "janitza-umg96rm", address: 2 },
    ],
  },
  cooling: {
    baudRate: 38_400,
    stopBits: 1,
    devices: [
      { name: "pt100-a", kind: "eletechsup-pta8d08", address: 11 },
      { name: "pt100-b", kind: "eletechsup-pta8d08", address: 12 },
      { name: "ai8", kind: "waveshare-ai8", address: 21 },
      { name: "io", kind: "waveshare-io8", address: 31 },
    ],
  },
} as const;

/** `outputs`: how the line's relays stand when its far end comes up. */
export function lineSetup(name: LineName, port: string, outputs: Readonly<Record<string, number>>): unknown {
  return { link: port, parity: "none", ...lines[name], outputs };
}

export function boardSetup(port: string): unknown {
  return { port, seriesOhms: { 0: thermistorSeriesOhms } };
}
