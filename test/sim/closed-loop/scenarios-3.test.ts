import { testScenarios } from "./run-scenarios.ts";

testScenarios(2, 3);
