/** Ciphers and digests as the machines have them; written apart from the drivers', shared is only node:crypto. */
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";

const letters = [..."./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"];

export function md5Hex(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

function md5(text: string): string {
  return createHash("md5").update(text, "latin1").digest().toString("latin1");
}

/** `openssl passwd -1 -salt SALT PASSWORD` without the `$1$SALT$` in front. ASCII passwords only. */
export function saltedPassword(password: string, fullSalt: string): string {
  const salt = fullSalt.slice(0, 8);
  const inner = md5(password + salt + password);
  let text = `${password}$1$${salt}${inner.repeat(Math.ceil(password.length / 16)).slice(0, password.length)}`;
  for (const bit of [...password.length.toString(2)].reverse()) text += bit === "1" ? "\0" : password.slice(0, 1);
  let state = md5(text);
  for (let turn = 0; turn < 1000; turn += 1) {
    const odd = turn % 2 !== 0;
    state = md5(
      (odd ? password : state) + (turn % 3 ? salt : "") + (turn % 7 ? password : "") + (odd ? state : password),
    );
  }
  const order = [0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 4, 10, 5].map((index) => state.charCodeAt(index));
  let result = "";
  for (let from = 0; from < 15; from += 3) {
    const [high = 0, middle = 0, low = 0] = order.slice(from, from + 3);
    result += base64(high * 65536 + middle * 256 + low, 4);
  }
  return result + base64(state.charCodeAt(11), 2);
}

function base64(value: number, count: number): string {
  return Array.from({ length: count }, (_, index) => letters[(value >>> (6 * index)) & 63] ?? "").join("");
}

/** AES-256 in ECB mode under the SHA-256 of the salted password. */
export function cipherKey(saltedKey: string): Buffer {
  return createHash("sha256").update(saltedKey).digest();
}

export function open(key: Buffer, data: string): string {
  const decipher = createDecipheriv("aes-256-ecb", key, null).setAutoPadding(false);
  return Buffer.concat([decipher.update(data, "base64"), decipher.final()])
    .toString("utf8")
    .split("\0", 1)
    .join("");
}

export function seal(key: Buffer, text: string): string {
  const padded = text + "\0".repeat((16 - (Buffer.byteLength(text) % 16)) % 16);
  const cipher = createCipheriv("aes-256-ecb", key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(padded, "utf8"), cipher.final()]).toString("base64");
}
