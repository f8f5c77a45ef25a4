import { suite } from "uvu";
import * as assert from "uvu/assert";
import { validSite } from "./site-under-test.ts";

const test = suite("load site");

test("a valid site loads", () => {
  assert.is(validSite().container, "test-c01");
});

test.run();
