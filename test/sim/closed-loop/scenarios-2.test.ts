import { suite } from "uvu";
import { addScenarios } from "./run-scenarios.ts";

const test = suite("scenarios, share 2 of 3");

addScenarios(test, 1, 3);

test.run();
