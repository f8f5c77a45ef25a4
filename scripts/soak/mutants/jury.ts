/** Runs the test files that it is given (under test/, without ending) in this process, up to the first suite that fails: exit code 1. */
/** uvu's own result of a suite: its errors as text or true, then counts. */
type SuiteRun = () => Promise<[errors: string | true, passed: number, skipped: number, total: number]>;

const group: [string | null, ...SuiteRun[]] = [null];
// uvu's interface for runners: a queue of groups, and the promise not to start them itself.
Object.assign(globalThis, { UVU_DEFER: 1, UVU_INDEX: 0, UVU_QUEUE: [group] });
const files = process.argv.slice(2);
if (files.length === 0) throw new RangeError("no test file is named");
for (const file of files) {
  console.log(`jury hears ${file}`);
  const before = group.length;
  await import(new URL(`../../../test/${file}.test.js`, import.meta.url).href);
  if (group.length === before) throw new RangeError(`${file} runs no suite`);
  for (const suite of group.slice(before) as SuiteRun[]) {
    const [errors, passed, , total] = await suite();
    if (errors === true && passed === total) continue;
    process.stdout.write(`\n${errors === true ? "a hook failed" : errors}\n`);
    process.exit(1);
  }
}
process.exit(0);
