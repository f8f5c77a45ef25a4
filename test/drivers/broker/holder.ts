/** A container as far as dispatch sees it: the link and the core's dispatch, scanned at a quick pace; no machines, no meter. */
import { randomBytes } from "node:crypto";
import { dispatchLimits } from "../../../src/control/dispatch/limits.ts";
import { receiveCommands } from "../../../src/control/dispatch/receive.ts";
import { startDispatch } from "../../../src/control/dispatch/state.ts";
import { trackSetpoints } from "../../../src/control/dispatch/track.ts";
import { type BrokerLink, openBrokerLink } from "../../../src/drivers/broker/broker-link.ts";
import type { Clock } from "../../../src/model/driver.ts";
import type { BrokerSite, Site } from "../../../src/model/site.ts";
import type { LoggedEvent } from "../../../src/model/snapshot.ts";
import { reportSite, reportSnapshot } from "../../protocol/messages/snapshot.ts";

const scanMilliseconds = 25;
const clock: Clock = { now: () => Math.floor(performance.now()), unixMilliseconds: () => Date.now() };

export interface Holder {
  readonly link: BrokerLink;
  readonly boot: string;
  readonly problems: string[];
  /** Longest time between two scans so far [ms]. */
  longestPause(): number;
  log(event: LoggedEvent): void;
  stop(): Promise<void>;
}

export function holderSite(broker: Partial<BrokerSite>, container = "wolf-c07"): Site {
  const none = { caFile: null, certificateFile: null, keyFile: null };
  return { ...reportSite(), container, broker: { url: "", ...none, telemetryMilliseconds: 200, ...broker } };
}

export function startHolder(site: Site): Holder {
  const boot = randomBytes(16).toString("hex");
  const problems: string[] = [];
  const link = openBrokerLink({
    site,
    boot,
    clock,
    version: "0.1.0",
    onUrgent: () => setImmediate(scan),
    reconnectCeilingMilliseconds: 200,
    onProblem: (text) => problems.push(text),
  });
  let dispatch = startDispatch(null, clock.now());
  let revision = 0;
  let longest = 0;
  let scannedAt = clock.now();
  let stopped = false;
  const events: LoggedEvent[] = [];
  const scan = (): void => {
    if (stopped) return;
    longest = Math.max(longest, clock.now() - scannedAt);
    scannedAt = clock.now();
    const base = reportSnapshot();
    const image = {
      ...base.image,
      now: clock.now(),
      boot,
      wallClock: { unixMilliseconds: clock.unixMilliseconds(), trusted: true },
      commands: link.takeCommands(),
      heartbeat: link.heartbeat(),
      storedRevision: revision,
    };
    const context = {
      trips: [],
      firm: { promisedWatts: 0, meteredWatts: null },
      lockout: false,
      storedOk: true,
      durableRevision: revision,
    };
    const received = receiveCommands(dispatch, image, site, context);
    if (received.order !== dispatch.order) revision += 1;
    const limited = dispatchLimits(received.dispatch, image, site);
    const binding = limited.limits[0] ?? base.decision.binding;
    const ceilingWatts = Math.min(site.ratedWatts, ...limited.limits.map((limit) => limit.ceilingWatts));
    const tracked = trackSetpoints(limited.dispatch, image, {
      ceilingWatts,
      binding,
      measuredWatts: null,
      disturbed: false,
    });
    dispatch = tracked.dispatch;
    const decision = {
      ...base.decision,
      mode: limited.mode,
      setpoints: limited.setpoints,
      ceilingWatts,
      binding,
      acknowledgements: [...received.acknowledgements, ...tracked.acknowledgements],
      durable: { ...base.decision.durable, order: received.order, revision },
    };
    link.publish({ ...base, container: site.container, image, decision, events: [...events] });
  };
  const timer = setInterval(scan, scanMilliseconds);
  link.start();
  return {
    link,
    boot,
    problems,
    longestPause: () => longest,
    log: (event) => events.push(event),
    async stop() {
      stopped = true;
      clearInterval(timer);
      await link.stop();
    },
  };
}
