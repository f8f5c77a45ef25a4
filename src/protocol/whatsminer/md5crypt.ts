/** md5crypt (`$1$`, crypt(3), as `openssl passwd -1` prints it). Costs milliseconds: never on the control path. */
import { hash } from "node:crypto";

const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Source: md5crypt as published with FreeBSD's crypt, 1994. */
const rounds = 1000;

/** Which digest bytes make up each group of four characters. Source: as above. */
const groups = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const;

/** The 22 characters behind `$1$salt$`; the salt counts with its first eight characters. */
export function md5crypt(password: string, salt: string): string {
  const secret = Buffer.from(password, "utf8");
  const saltBytes = Buffer.from(salt, "utf8").subarray(0, 8);
  let digest = firstDigest(secret, saltBytes);
  for (let round = 0; round < rounds; round += 1) {
    const parts: Buffer[] = [round % 2 === 1 ? secret : digest];
    if (round % 3 !== 0) parts.push(saltBytes);
    if (round % 7 !== 0) parts.push(secret);
    parts.push(round % 2 === 1 ? digest : secret);
    digest = md5(parts);
  }
  return encode(digest);
}

function firstDigest(secret: Buffer, salt: Buffer): Buffer {
  const alternate = md5([secret, salt, secret]);
  const parts: Buffer[] = [secret, Buffer.from("$1$"), salt];
  for (let left = secret.length; left > 0; left -= 16) parts.push(alternate.subarray(0, Math.min(16, left)));
  for (let bits = secret.length; bits > 0; bits >>= 1)
    parts.push(bits % 2 === 1 ? Buffer.of(0) : secret.subarray(0, 1));
  return md5(parts);
}

function md5(parts: readonly Buffer[]): Buffer {
  return hash("md5", Buffer.concat(parts), "buffer");
}

function encode(digest: Buffer): string {
  let text = "";
  for (const [high, middle, low] of groups)
    text += characters((byteAt(digest, high) << 16) | (byteAt(digest, middle) << 8) | byteAt(digest, low), 4);
  return text + characters(byteAt(digest, 11), 2);
}

function characters(value: number, count: number): string {
  let text = "";
  for (let index = 0; index < count; index += 1) text += alphabet.charAt((value >> (6 * index)) & 0x3f);
  return text;
}

function byteAt(bytes: Buffer, index: number): number {
  return bytes.readUInt8(index);
}
