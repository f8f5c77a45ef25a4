/** A sample for the runner: an error outside the tests. */
import { suite } from "uvu";

const test = suite("sample");
test("throws later", () => {
  setTimeout(() => {
    throw new Error("later");
  }, 50);
});
test.run();
