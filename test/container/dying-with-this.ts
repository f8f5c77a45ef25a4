/** Children of a test that was itself killed must not live on and hold ports that the next test is given. */
import { existsSync } from "node:fs";

/** From util-linux, part of every Debian. */
const setpriv = "/usr/bin/setpriv";

/** The words of a command that the kernel ends together with this process, where the system can do that. */
export function dyingWithThis(words: readonly string[]): readonly string[] {
  return existsSync(setpriv) ? [setpriv, "--pdeathsig", "KILL", ...words] : words;
}
