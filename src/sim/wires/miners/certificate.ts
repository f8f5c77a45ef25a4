/** A certificate that a simulated machine signs for itself, as real ones do; written out here because node has no maker of certificates. */
import { generateKeyPairSync, sign } from "node:crypto";

/** One element of DER: tag, length, content. */
function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...contents: readonly Buffer[]): Buffer => element(0x30, ...contents);
const integer = (value: number): Buffer => element(0x02, Buffer.from([value]));
const time = (text: string): Buffer => element(0x17, Buffer.from(text, "ascii"));

/** ecdsa-with-SHA256, 1.2.840.10045.4.3.2. Source: RFC 5758. */
const algorithm = sequence(element(0x06, Buffer.from("2a8648ce3d040302", "hex")));

/** commonName, 2.5.4.3. Source: RFC 5280. */
const commonName = element(0x06, Buffer.from("550403", "hex"));

export function selfSigned(name: string): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const subject = sequence(element(0x31, sequence(commonName, element(0x0c, Buffer.from(name, "utf8")))));
  const body = sequence(
    element(0xa0, integer(2)),
    integer(1),
    algorithm,
    subject,
    sequence(time("200101000000Z"), time("491231235959Z")),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", body, privateKey);
  const whole = sequence(body, algorithm, element(0x03, Buffer.from([0]), signature));
  const lines = whole.toString("base64").replace(/(.{64})/g, "$1\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}
