/** The words of a scenario file, by short names. */
import type { ScenarioFile } from "../../model/generated/scenario.ts";

export type Scenario = ScenarioFile;
export type ScenarioEvent = Scenario["events"][number];
export type SetpointEvent = NonNullable<ScenarioEvent["setpoint"]>;
export type ScheduleEvent = NonNullable<ScenarioEvent["schedule"]>;
export type ControlEvent = NonNullable<ScenarioEvent["control"]>;
export type FaultEvent = NonNullable<ScenarioEvent["fault"]>;
export type FaultName = FaultEvent["fault"];
export type RestartEvent = NonNullable<ScenarioEvent["restart"]>;
export type Expectations = Scenario["expect"];
export type Builder = NonNullable<Scenario["site"]["builder"]>;
