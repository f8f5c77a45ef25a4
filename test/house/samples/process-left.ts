/** A sample for the runner: a child process is left running. */
import { spawn } from "node:child_process";
import { suite } from "uvu";

const test = suite("sample");
test("starts a child", () => spawn("sleep", ["30"], { stdio: "ignore" }).unref());
test.run();
