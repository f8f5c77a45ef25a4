import { suite } from "uvu";
import { addScenarios } from "./run-scenarios.ts";

const test = suite("scenarios, share 4 of 6");

addScenarios(test, 3, 6);

test.run();
