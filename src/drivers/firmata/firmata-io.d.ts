/** The part of firmata-io 2.3 that weir uses; the package brings no types. */
declare module "firmata-io/lib/firmata.js" {
  import type { EventEmitter } from "node:events";

  interface FirmataPin {
    mode: number | undefined;
    value: number;
    state?: number;
    report: number;
    analogChannel?: number;
    /** As the board's capability reply lists them. */
    supportedModes?: number[];
  }

  class Firmata extends EventEmitter {
    constructor(port: EventEmitter, options: { reportVersionTimeout: number });
    readonly MODES: { readonly INPUT: 0; readonly OUTPUT: 1; readonly ANALOG: 2; readonly ONEWIRE: 7 };
    readonly isReady: boolean;
    /** Of the protocol, as the board reports it; empty until then. */
    readonly version: { major?: number; minor?: number };
    readonly pins: FirmataPin[];
    /** Pin number of each analog channel. */
    readonly analogPins: number[];
    /** Levels as last written or read, eight pins each. */
    readonly ports: number[];
    /** Bytes of a message not yet complete. */
    readonly buffer: number[];
    readonly reportVersionTimeoutId: NodeJS.Timeout;
    setSamplingInterval(milliseconds: number): void;
    pinMode(pin: number, mode: number): void;
    reportAnalogPin(channel: number, on: 0 | 1): void;
    reportDigitalPin(pin: number, on: 0 | 1): void;
    /** Sends the payload between START_SYSEX and END_SYSEX. */
    sysexCommand(payload: readonly number[]): void;
  }

  const bindTransport: { readonly Firmata: typeof Firmata };
  export = bindTransport;
}
