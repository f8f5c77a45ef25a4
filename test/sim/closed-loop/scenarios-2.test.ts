import { suite } from "uvu";
import { addScenarios } from "./run-scenarios.ts";

const test = suite("scenarios, share 2 of 6");

addScenarios(test, 1, 6);

test.run();
