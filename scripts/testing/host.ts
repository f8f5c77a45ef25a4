/** Runs the suites of one compiled test file in this process and reports what uvu itself would pass over in silence. */
import { writeSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type FileReport, reportDescriptor } from "./outcome.ts";

/** Time for what is already closing when the last test ends [ms]; the runner decides. */
const drainMilliseconds = Number(process.argv[3]);

/** uvu's own result of a suite: its errors as text or true, then counts. */
type SuiteRun = () => Promise<[errors: string | true, passed: number, skipped: number, total: number]>;

async function runSuites(file: string): Promise<FileReport> {
  const group: [string | null, ...SuiteRun[]] = [null];
  // uvu's interface for runners: a queue of groups, and the promise not to start them itself.
  Object.assign(globalThis, { UVU_DEFER: 1, UVU_INDEX: 0, UVU_QUEUE: [group] });
  await import(pathToFileURL(file).href);
  const [, ...runs] = group;
  const faults = runs.length === 0 ? ["no suite was run: .run() is missing"] : [];
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const run of runs) {
    const [errors, passed, skipped, total] = await run();
    if (errors !== true) process.stdout.write(`\n${errors}\n`);
    sum.passed += passed;
    sum.failed += total - passed;
    sum.skipped += skipped;
    if (total + skipped === 0) faults.push("a suite has no tests");
    if (errors === true && passed < total) faults.push("a before hook threw: its tests did not run");
  }
  return { ...sum, faults };
}

function report(outcome: FileReport): void {
  writeSync(reportDescriptor, `${JSON.stringify(outcome)}\n`);
}

const outcome = await runSuites(process.argv[2] ?? "");
// The timer does not hold the process: it fires only where something else does.
setTimeout(() => {
  const open = process.getActiveResourcesInfo().join(", ");
  report({
    ...outcome,
    faults: [...outcome.faults, `still open ${drainMilliseconds} ms after the last test: ${open}`],
  });
  process.exit(1);
}, drainMilliseconds).unref();
process.on("exit", () => report(outcome));
