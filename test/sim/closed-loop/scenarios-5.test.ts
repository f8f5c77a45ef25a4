import { suite } from "uvu";
import { addScenarios } from "./run-scenarios.ts";

const test = suite("scenarios, share 5 of 6");

addScenarios(test, 4, 6);

test.run();
