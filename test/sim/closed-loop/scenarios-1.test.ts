import { suite } from "uvu";
import { addScenarios } from "./run-scenarios.ts";

const test = suite("scenarios, share 1 of 3");

addScenarios(test, 0, 3);

test.run();
