import { testScenarios } from "./run-scenarios.ts";

testScenarios(1, 3);
