/** A sample for the runner: a test that never settles, with nothing open. */
import { suite } from "uvu";

const test = suite("sample");
test("waits for nothing", () => new Promise(() => {}));
test.run();
