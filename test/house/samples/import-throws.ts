/** A sample for the runner: the file itself throws. */
import { suite } from "uvu";

const test = suite("sample");
test("never runs", () => {});
test.run();
throw new Error("at import");
