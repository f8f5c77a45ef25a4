/** A sample for the runner: one of two tests fails. */
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("sample");
test("true", () => assert.ok(true));
test("false", () => assert.ok(false, "as it must"));
test.run();
