/** Where the broker is and with what the link proves itself: read and checked once, at the start. */
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import type { BrokerSite } from "../../model/site.ts";

export interface BrokerAddress {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** Without user names or passwords. */
  readonly url: string;
  readonly ca: Buffer | null;
  readonly certificate: Buffer | null;
  readonly key: Buffer | null;
  /** SHA-256 of the client certificate, hexadecimal; null without one. */
  readonly certificateDigest: string | null;
}

/** Source: IANA, ports of MQTT without and with TLS. */
const plainPort = 1883;
const securePort = 8883;

/** Throws an error that says what to do: a link that could not prove itself must not start. */
export function readBrokerAddress(broker: BrokerSite): BrokerAddress {
  const url = new URL(broker.url);
  const secure = url.protocol === "mqtts:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (!secure && url.protocol !== "mqtt:") throw new Error(`broker ${url.protocol}//: use mqtts://`);
  if (!secure && !/^(127(\.\d{1,3}){3}|::1)$/.test(host))
    throw new Error(`broker mqtt://${host}: without TLS only 127.0.0.1 is allowed; use mqtts://`);
  const key = readPrivately(broker.keyFile);
  const certificate = read(broker.certificateFile);
  if ((key === null) !== (certificate === null))
    throw new Error("broker: keyFile and certificateFile go together; name both or none");
  const port = url.port === "" ? (secure ? securePort : plainPort) : Number(url.port);
  const digest =
    certificate === null ? null : createHash("sha256").update(new X509Certificate(certificate).raw).digest("hex");
  return {
    secure,
    host,
    port,
    url: `${url.protocol}//${url.hostname}:${port}`,
    ca: read(broker.caFile),
    certificate,
    key,
    certificateDigest: digest,
  };
}

function read(path: string | null): Buffer | null {
  return path === null ? null : readFileSync(path);
}

function readPrivately(path: string | null): Buffer | null {
  if (path === null) return null;
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) !== 0)
    throw new Error(`broker: ${path} may be read by others (mode ${mode.toString(8)}); run chmod 600 ${path}`);
  return readFileSync(path);
}
