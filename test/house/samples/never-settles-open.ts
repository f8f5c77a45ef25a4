/** A sample for the runner: a test that never settles while a timer holds the process. */
import { suite } from "uvu";

const test = suite("sample");
test("waits for nothing", () => {
  setInterval(() => {}, 1000);
  return new Promise(() => {});
});
test.run();
