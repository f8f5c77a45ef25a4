/** Joins the parts of a site: which driver for which line, board and machine, the broker link, and the core with its state. */
import { startControl } from "../control/state.ts";
import { step } from "../control/step.ts";
import { openFirmataBoard } from "../drivers/firmata/board.ts";
import { createMinerLink } from "../drivers/miners/link.ts";
import { createMinerShared } from "../drivers/miners/shared.ts";
import { openSerialLine } from "../drivers/serial/serial-line.ts";
import type { Clock } from "../model/driver.ts";
import type { Durable } from "../model/durable.ts";
import type { Milliseconds } from "../model/reading.ts";
import type { Site } from "../model/site.ts";
import type { Secrets } from "../site/secrets.ts";
import type { Core, Parts } from "./parts.ts";

/** The core, its state kept from scan to scan; nothing of it survives but what is durable. */
export function openCore(site: Site, durable: Durable | "none" | "unreadable", now: Milliseconds): Core {
  let state = startControl(site, durable, now);
  return {
    step(image) {
      const stepped = step(state, image, site);
      state = stepped.state;
      return stepped.decision;
    },
  };
}
