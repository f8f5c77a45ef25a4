/** A sample for the runner: a server is left listening. */
import { createServer } from "node:net";
import { suite } from "uvu";

const test = suite("sample");
test("listens", () => new Promise<void>((resolve) => createServer().listen(0, "127.0.0.1", resolve)));
test.run();
