/** Rules of what leaves the container: the broker's address and certificate. */
import { isIPv4 } from "node:net";
import type { SiteRule } from "../context.ts";
import type { Finding } from "../problem.ts";

/** Without TLS nobody knows who sends setpoints: only a broker on this very machine may be reached that way. */
export const brokerAddress: SiteRule = ({ file }) => {
  if (file.broker === undefined) return [];
  const url = parseUrl(file.broker.url);
  if (url === null || url.hostname === "")
    return [
      {
        pointer: "/broker/url",
        found: JSON.stringify(file.broker.url),
        expected: "mqtts://host:port",
        remedy: "correct the address",
      },
    ];
  const findings: Finding[] = [];
  if (url.protocol === "mqtt:" && !isLoopback(url.hostname))
    findings.push({
      pointer: "/broker/url",
      found: `mqtt:// to ${url.hostname}`,
      expected: "mqtts://, or a broker on this machine (127.0.0.1)",
      remedy: "use mqtts:// with caFile, certificateFile and keyFile",
    });
  if (url.password !== "")
    findings.push({
      pointer: "/broker/url",
      found: "a password in the address",
      expected: "a client certificate",
      remedy: "take the password out, and change it",
    });
  const { certificateFile, keyFile } = file.broker;
  if ((certificateFile === undefined) !== (keyFile === undefined))
    findings.push({
      pointer: "/broker",
      found: `only ${certificateFile === undefined ? "keyFile" : "certificateFile"}`,
      expected: "certificateFile and keyFile together",
      remedy: "add the other one",
    });
  return findings;
};

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || (isIPv4(host) && host.startsWith("127."));
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
