/** Soak of the Modbus line: 100,000 requests under random faults in virtual time, then 2,000 on a paced pseudo-terminal. The tests do the same, fewer times. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** 40 requests a run at the least, on average. */
const virtualRuns = 3000;
const pacedRequests = 2000;

/** `[SEED]`; the exit code of the first part that fails, or 0. */
export async function soak(words: readonly string[]): Promise<number> {
  const seed = words[0] === undefined ? {} : { SEED: words[0] };
  const virtual = await run("protocol/modbus/master-fuzz", { ...seed, RUNS: String(virtualRuns) });
  if (virtual !== 0) return virtual;
  return run("drivers/serial/serial-line-fuzz", { ...seed, REQUESTS: String(pacedRequests) });
}

function run(name: string, environment: Readonly<Record<string, string>>): Promise<number> {
  const file = fileURLToPath(new URL(`../../test/${name}.test.js`, import.meta.url));
  const child = spawn(process.execPath, ["--enable-source-maps", file], {
    env: { ...process.env, ...environment },
    stdio: "inherit",
  });
  return new Promise((resolve) => {
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
