import { suite } from "uvu";
import { addScenarios } from "./run-scenarios.ts";

const test = suite("scenarios, share 3 of 6");

addScenarios(test, 2, 6);

test.run();
