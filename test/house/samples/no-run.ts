/** A sample for the runner: the suite is never run. */
import { suite } from "uvu";

const test = suite("sample");
test("never runs", () => {
  throw new Error("unseen");
});
