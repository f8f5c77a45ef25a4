/** A sample for the runner: the hook before the tests throws. */
import { suite } from "uvu";

const test = suite("sample");
test.before(() => {
  throw new Error("hook");
});
test("never runs", () => {});
test.run();
