import { suite } from "uvu";
import { addScenarios } from "./run-scenarios.ts";

const test = suite("scenarios, share 1 of 6");

addScenarios(test, 0, 6);

test.run();
