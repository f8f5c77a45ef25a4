/** Holds a serial port as its one owner until it is killed; its words stand in its command line, as those of any program. */
import { keepPortOpen } from "../../../src/drivers/serial/port.ts";

const [port = ""] = process.argv.slice(2);
keepPortOpen(
  { name: "held", port, baudRate: 9600, parity: "none", stopBits: 1, devices: [] },
  {
    onOpened: () => process.send?.("open"),
    onReadable: () => undefined,
    onLost: () => undefined,
  },
);
