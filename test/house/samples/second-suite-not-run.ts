/** A sample for the runner: one of two suites is never run. */
import { suite } from "uvu";

const test = suite("sample");
test("runs", () => {});
test.run();
const other = suite("other");
other("never runs", () => {
  throw new Error("unseen");
});
