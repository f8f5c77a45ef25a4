import { testScenarios } from "./run-scenarios.ts";

testScenarios(0, 3);
