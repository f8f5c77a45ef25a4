/** `npm run soak -- NAME ...`: long runs that are not part of the tests, each in a file of its own under scripts/soak/. */

interface SoakFile {
  /** Runs with the words after the name; the process' exit code. */
  soak(words: readonly string[]): Promise<number> | number;
}

const soaks: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<SoakFile> }>> = {
  core: {
    summary:
      "core [DAYS] [SEED] [MACHINES]: random days of random containers, of so many machines, in virtual time, every invariant watched",
    load: () => import("./soak/core.ts"),
  },
  mutants: {
    summary:
      "mutants [--only PATTERN] [--from NAME] [--left]: slips of the pen in src/control, one at a time; every one must be noticed by a test",
    load: () => import("./soak/mutants.ts"),
  },
  serial: {
    summary: "serial [SEED]: 100,000 Modbus requests under random faults in virtual time, 2,000 on a paced line",
    load: () => import("./soak/serial.ts"),
  },
};

const [name = "", ...words] = process.argv.slice(2);
const found = Object.hasOwn(soaks, name) ? soaks[name] : undefined;
const usage = () =>
  ["usage: npm run soak -- NAME ...", ...Object.values(soaks).map(({ summary }) => `  ${summary}`)].join("\n");
if (name === "--help" || words.includes("--help")) {
  console.log(found === undefined ? usage() : `npm run soak -- ${found.summary}`);
} else if (found === undefined) {
  console.error(usage());
  process.exitCode = 2;
} else process.exitCode = await (await found.load()).soak(words);
