/** Joins the parts of a site: which driver for which line, board and machine, the broker link, and the core with its state. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startControl } from "../control/state.ts";
import { step } from "../control/step.ts";
import { type BrokerLinkSetup, openBrokerLink } from "../drivers/broker/broker-link.ts";
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

export interface PartsSetup {
  readonly boot: string;
  readonly version: string;
  readonly clock: Clock;
  /** Data folder: machines are remembered in it. */
  readonly folder: string;
  /** Asks for a scan at once. */
  readonly urge: () => void;
  /** Why there is no connection to the broker. */
  readonly onBrokerProblem: (text: string) => void;
}

/** Makes every part of the site; nothing is opened before it is started. Throws where the broker's files are unusable. */
export function openParts(site: Site, secrets: Secrets, setup: PartsSetup): Parts {
  const { clock, urge } = setup;
  const contactors = new Set(site.branches.flatMap(({ contactor }) => (contactor === null ? [] : [contactor.output])));
  const lines = site.lines.map((line) => ({
    driver: openSerialLine(line, clock, { onUrgent: urge, contactors }),
    points: new Set(line.devices.flatMap((device) => device.points.map((point) => point.name))),
  }));
  const boards = site.firmata.map((board) => ({
    driver: openFirmataBoard(board, clock, contactors),
    points: new Set(board.points.map((point) => point.name)),
  }));
  const shared = createMinerShared({}, { memoryFile: join(setup.folder, "machines.json") });
  const miners = site.miners.map((miner) => {
    const model = site.minerModels[miner.model];
    const credentials = secrets[miner.credentials];
    assert(
      model !== undefined && credentials !== undefined,
      `a checked site knows model and credentials of ${miner.name}`,
    );
    return createMinerLink(miner, model, credentials, clock, shared);
  });
  const link: BrokerLinkSetup = { site, boot: setup.boot, clock, version: setup.version, onUrgent: urge };
  const broker = site.broker === null ? null : openBrokerLink({ ...link, onProblem: setup.onBrokerProblem });
  return { points: [...lines, ...boards], miners, broker, stopShared: () => shared.stop() };
}
