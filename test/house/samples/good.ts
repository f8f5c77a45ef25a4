/** A sample for the runner: nothing is wrong with it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("sample");
test("one and one", () => assert.is(1 + 1, 2));
test.run();
