/** What lies around the lines: the clock, the broker's door. No session is opened in the controller's name. */
import { connect as connectPlainly } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { readBrokerAddress } from "../../drivers/broker/broker-address.ts";
import { lookupByDns } from "../../drivers/broker/resolve-host.ts";
import { startHostProcess } from "../../drivers/host-process.ts";
import type { BrokerSite, Site } from "../../model/site.ts";
import { type Check, failed, pass, warn } from "./check.ts";

/** The kernel is asked every 2 s, by a helper that starts within one [ms]. */
const clockMilliseconds = 5000;
/** Longest wait for a broker's door [ms]. Choice: a mobile link answers within 2 s. */
const brokerMilliseconds = 10_000;

export async function checkClock(site: Site): Promise<Check> {
  if (site.clock === "always")
    return warn(
      "clock",
      "trust",
      "the site file trusts the clock always",
      "Remove `clock: always`: it is for tests; a wrong clock would let expired setpoints live.",
    );
  const host = startHostProcess(() => undefined);
  const end = performance.now() + clockMilliseconds;
  while (!host.isClockSynchronised() && performance.now() < end) await pause();
  const trusted = host.isClockSynchronised();
  host.stop();
  return trusted
    ? pass("clock", "trust", "the kernel has its clock synchronised")
    : failed(
        "clock",
        "trust",
        "the kernel's clock is not synchronised",
        "Give the Pi an NTP server (timedatectl show-timesync); until then setpoints that raise power are refused.",
      );
}

/** The broker's port, and with TLS its certificate and ours. It is not logged in: that would throw a running controller out. */
export async function checkBroker(broker: BrokerSite | null): Promise<Check> {
  if (broker === null)
    return warn(
      "broker",
      "reachable",
      "the site has no broker",
      "Without one the container keeps its failsafe limit: add `broker:` to the site file.",
    );
  const subject = broker.url;
  const remedy = "Check the network, the address and the firewall, then the certificates' names and dates.";
  try {
    const { secure, host, port, ca, certificate, key } = readBrokerAddress(broker);
    const options = { host, port, lookup: lookupByDns };
    const proofs = {
      ...(ca === null ? {} : { ca }),
      ...(certificate === null || key === null ? {} : { cert: certificate, key }),
    };
    const socket = secure ? connectSecurely({ ...options, servername: host, ...proofs }) : connectPlainly(options);
    const problem = await new Promise<string | null>((resolve) => {
      socket.once(secure ? "secureConnect" : "connect", () => resolve(null));
      socket.once("error", (error) => resolve(error.message));
      setTimeout(() => resolve("no answer"), brokerMilliseconds).unref();
    });
    socket.destroy();
    if (problem === null) return pass(subject, "reachable", secure ? "opens, and its certificate is good" : "opens");
    return failed(subject, "reachable", problem, remedy);
  } catch (error) {
    return failed(subject, "reachable", error instanceof Error ? error.message : String(error), remedy);
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
