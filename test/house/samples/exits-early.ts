/** A sample for the runner: the tested code ends the process, with success. */
import { suite } from "uvu";

const test = suite("sample");
test("exits", () => process.exit(0));
test("never runs", () => {});
test.run();
