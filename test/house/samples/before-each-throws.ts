/** A sample for the runner: the hook before each test throws. */
import { suite } from "uvu";

const test = suite("sample");
test.before.each(() => {
  throw new Error("hook");
});
test("never runs", () => {});
test.run();
