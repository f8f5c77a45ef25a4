/** `npm run bench -- NAME [ARGUMENTS...]`: measures weir beside its peers and checks the marks it has set itself. Each bench is a module of `bench/` with `run`. */
import { bench as allocation } from "./bench/allocation.ts";
import { bench as day } from "./bench/day.ts";
import { bench as firmata } from "./bench/firmata.ts";
import { bench as miners } from "./bench/miners.ts";
import { bench as minersHard } from "./bench/miners-hard.ts";
import { bench as run } from "./bench/run.ts";
import { bench as serial } from "./bench/serial.ts";
import { bench as step } from "./bench/step.ts";
import type { Bench } from "./bench/words.ts";

const benches: Readonly<Record<string, Bench>> = {
  allocation,
  day,
  firmata,
  miners,
  "miners-hard": minersHard,
  run,
  serial,
  step,
};

const [name = "", ...parameters] = process.argv.slice(2);
const chosen = Object.hasOwn(benches, name) ? benches[name] : undefined;
const usage = () =>
  [
    "usage: npm run bench -- NAME [ARGUMENTS...]",
    ...Object.entries(benches).map(([known, { summary }]) => `  ${known}  ${summary}`),
  ].join("\n");
if (name === "--help" || parameters.includes("--help")) {
  console.log(chosen === undefined ? usage() : `npm run bench -- ${name} ${chosen.summary}`);
} else if (chosen === undefined) {
  console.error(usage());
  process.exitCode = 2;
} else if (!(await chosen.run(parameters))) process.exitCode = 1;
