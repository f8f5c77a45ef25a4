/** What lies around the lines: the clock, the broker's door, the machines. Nothing is commanded, and no session is opened in the controller's name. */
import { connect as connectPlainly } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { readBrokerAddress } from "../../drivers/broker/broker-address.ts";
import { lookupByDns } from "../../drivers/broker/resolve-host.ts";
import { startHostProcess } from "../../drivers/host-process.ts";
import { createMinerLink } from "../../drivers/miners/link.ts";
import { createMinerShared } from "../../drivers/miners/shared.ts";
import type { Clock, MinerDriver } from "../../model/driver.ts";
import type { BrokerSite, Site } from "../../model/site.ts";
import type { Secrets } from "../../site/secrets.ts";
import { type Check, failed, pass, warn } from "./check.ts";

/** The kernel is asked every 2 s, by a helper that starts within one [ms]. */
const clockMilliseconds = 5000;
/** Longest wait for a broker's door [ms]. Choice: a mobile link answers within 2 s. */
const brokerMilliseconds = 10_000;
/** Longest wait for a machine's first report [ms]. Choice: busy machines take some seconds. */
const minerMilliseconds = 15_000;

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

/** Reads every machine once through its own driver. */
export async function checkMiners(site: Site, secrets: Secrets, clock: Clock): Promise<readonly Check[]> {
  const shared = createMinerShared();
  const links = site.miners.flatMap((miner) => {
    const model = site.minerModels[miner.model];
    const credentials = secrets[miner.credentials];
    return model === undefined || credentials === undefined
      ? []
      : [{ miner, link: createMinerLink(miner, model, credentials, clock, shared) }];
  });
  for (const { link } of links) link.start();
  const end = performance.now() + minerMilliseconds;
  const waits = ({ link }: (typeof links)[number]): boolean => {
    const { at, fault } = link.report();
    return at === undefined && (fault === undefined || fault === "not-read-yet");
  };
  while (links.some(waits) && performance.now() < end) await pause();
  const checks = links.map(({ miner, link }) => minerCheck(miner.host, link));
  await Promise.all(links.map(({ link }) => link.stop()));
  await shared.stop();
  return checks;
}

function minerCheck(host: string, link: MinerDriver): Check {
  const { at, fault, identity, mode } = link.report();
  if (at !== undefined && fault === undefined) {
    const what = identity === undefined ? "" : ` ${identity.make} ${identity.model}, firmware ${identity.firmware}:`;
    return pass(link.name, "reachable", `${host}:${what} ${mode}`);
  }
  return failed(link.name, "reachable", `${host}: ${fault ?? "no answer"}`, minerRemedy(fault));
}

function minerRemedy(fault: string | undefined): string {
  switch (fault) {
    case "credentials-refused":
      return "Check its entry in the secrets file.";
    case "write-access-disabled":
      return "Allow writing on its API, or it can only be switched off by its contactor.";
    case "wrong-machine":
    case "not-a-miner":
    case "malformed-reply":
      return "Check the model in the site file against the machine: weir miner says what it is.";
    default:
      return "Check its power, network cable and address; a machine behind an open contactor does not answer.";
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
