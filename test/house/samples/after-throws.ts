/** A sample for the runner: the hook after the tests throws. */
import { suite } from "uvu";

const test = suite("sample");
test.after(() => {
  throw new Error("hook");
});
test("runs", () => {});
test.run();
