/** A sample for the runner: a suite without tests. */
import { suite } from "uvu";

suite("sample").run();
