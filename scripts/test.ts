/** The test runner: `npm test -- PATTERN...` runs the matching test files, each in a process of its own, and closes uvu's silent holes. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type FileOutcome, killGroup, runFile, runningGroups } from "./testing/run-file.ts";
import { compiledFile, faultsInText, root, selectFiles } from "./testing/select-files.ts";

/** Files that run at the same time. Choice: the smallest machine that runs them has two cores. */
const atOnce = 2;
/** A test file that takes longer hangs [ms]; WEIR_TEST_DEADLINE_SECONDS replaces it. Choice. */
const deadlineMilliseconds = Number(process.env["WEIR_TEST_DEADLINE_SECONDS"] ?? 120) * 1000;
/** Time for sockets and children that are already closing [ms]. Choice: what they take on a busy machine, several times over. */
const closingMilliseconds = 4000;
/** How long each file took the last time: the longest start first, so that none runs alone at the end. */
const timesFile = `${root}.weir/test-times.json`;
const slowestListed = 5;

async function runAll(files: readonly string[]): Promise<FileOutcome[]> {
  const waiting = [...files];
  const outcomes: FileOutcome[] = [];
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const outcome = await runFile(file, compiledFile(file), { deadlineMilliseconds, closingMilliseconds });
      const whole = { ...outcome, faults: [...faultsInText(file), ...outcome.faults] };
      outcomes.push(whole);
      printOutcome(whole);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return outcomes;
}

function isGood(outcome: FileOutcome): boolean {
  return outcome.failed === 0 && outcome.faults.length === 0;
}

function printOutcome(outcome: FileOutcome): void {
  const time = `${(outcome.milliseconds / 1000).toFixed(1)} s`.padStart(8);
  console.log(`${isGood(outcome) ? "good" : "FAIL"} ${time}  ${outcome.file}  (${outcome.passed} passed)`);
  if (isGood(outcome)) return;
  console.log(outcome.output.trimEnd());
  for (const fault of outcome.faults) console.log(`  ${outcome.file}: ${fault}`);
}

function lastTimes(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(timesFile, "utf8")) as Record<string, number>;
  } catch {
    return {};
  }
}

function summarise(outcomes: readonly FileOutcome[], times: Readonly<Record<string, number>>): void {
  const measured = Object.fromEntries(outcomes.map((outcome) => [outcome.file, Math.round(outcome.milliseconds)]));
  mkdirSync(`${root}.weir`, { recursive: true });
  writeFileSync(timesFile, JSON.stringify({ ...times, ...measured }));
  const slowest = [...outcomes].sort((a, b) => b.milliseconds - a.milliseconds).slice(0, slowestListed);
  console.log(`\nslowest: ${slowest.map((one) => `${one.file} ${(one.milliseconds / 1000).toFixed(1)} s`).join(", ")}`);
  const bad = outcomes.filter((outcome) => !isGood(outcome));
  if (bad.length > 0) console.log(`failed: ${bad.map((outcome) => outcome.file).join(", ")}`);
  const count = (of: (outcome: FileOutcome) => number): number => outcomes.reduce((sum, one) => sum + of(one), 0);
  // A file that fails without a failed test (a hook, an open handle) counts as one.
  const failed = count((one) => (isGood(one) ? 0 : Math.max(1, one.failed)));
  const skipped = count((one) => one.skipped);
  console.log(`${count((one) => one.passed)} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  process.exitCode = failed > 0 ? 1 : 0;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    for (const group of runningGroups) killGroup(group);
    process.exit(1);
  });

const patterns = process.argv.slice(2);
const times = lastTimes();
const files = selectFiles(patterns).sort((a, b) => (times[b] ?? Infinity) - (times[a] ?? Infinity) || (a < b ? -1 : 1));
if (files.length === 0) {
  console.log(`no test file matches ${patterns.join(" ") || "test/**/*.test.ts"}\n0 passed, 1 failed`);
  process.exitCode = 1;
} else summarise(await runAll(files), times);
