import { suite } from "uvu";
import { addScenarios } from "./run-scenarios.ts";

const test = suite("scenarios, share 6 of 6");

addScenarios(test, 5, 6);

test.run();
