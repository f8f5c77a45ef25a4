import { suite } from "uvu";
import { addScenarios } from "./run-scenarios.ts";

const test = suite("scenarios, share 3 of 3");

addScenarios(test, 2, 3);

test.run();
