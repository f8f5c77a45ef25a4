/** Finds secrets of the machines in a text, in the codings in which they travel. */
import { poolPassword } from "../../../src/sim/wires/miners/setup.ts";

/** With what every coding writes differently. */
export const rightPassword = "Geheim+37/Tuer=auf";
export const wrongPassword = "Falsch+11/Tuer=zu";

const users = ["root", "super", "admin", ""];

const known: readonly string[] = [rightPassword, wrongPassword, poolPassword].flatMap((password) => [
  password,
  encodeURIComponent(password),
  // The last letters of base64 depend on what follows, and the first on what comes before.
  ...[password, ...users.map((user) => `${user}:${password}`)].map((text) =>
    Buffer.from(text, "utf8").toString("base64").replace(/=+$/, "").slice(0, -1),
  ),
  Buffer.from(password, "utf8").toString("hex"),
]);

/** The secrets found: the passwords of machines and pools, and these proofs that the machines gave or took. */
export function leaksIn(text: string, proofs: readonly string[]): readonly string[] {
  return [...known, ...proofs].filter((secret) => text.includes(secret));
}
