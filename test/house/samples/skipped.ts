/** A sample for the runner: one test is skipped. */
import { suite } from "uvu";

const test = suite("sample");
test("runs", () => {});
test.skip("never runs", () => {});
test.run();
