/** A sample for the runner: a promise nobody waits for is rejected. */
import { suite } from "uvu";

const test = suite("sample");
test("rejects later", () => {
  void Promise.reject(new Error("nobody waits"));
});
test.run();
