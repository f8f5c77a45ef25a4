/** A sample for the runner: one test is singled out. */
import { suite } from "uvu";

const test = suite("sample");
test("never runs", () => {
  throw new Error("unseen");
});
test.only("runs", () => {});
test.run();
