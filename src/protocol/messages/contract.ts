/** The contract's schemas and key registry, compiled once; their files are read by whoever starts. */
import { Ajv2020 } from "ajv/dist/2020.js";
import type { AcknowledgementMessage } from "../../model/generated/acknowledgement.ts";
import type { BirthMessage } from "../../model/generated/birth.ts";
import type { ControlMessage } from "../../model/generated/control.ts";
import type { EventMessage } from "../../model/generated/event.ts";
import type { HeartbeatMessage } from "../../model/generated/heartbeat.ts";
import type { MinersMessage } from "../../model/generated/miners.ts";
import type { ScheduleMessage } from "../../model/generated/schedule.ts";
import type { SetpointMessage } from "../../model/generated/setpoint.ts";
import type { StateMessage } from "../../model/generated/state.ts";
import type { StatusMessage } from "../../model/generated/status.ts";
import type { TelemetryMessage } from "../../model/generated/telemetry.ts";

/** Every message by the name of its schema. */
export interface Messages {
  readonly setpoint: SetpointMessage;
  readonly schedule: ScheduleMessage;
  readonly control: ControlMessage;
  readonly heartbeat: HeartbeatMessage;
  readonly acknowledgement: AcknowledgementMessage;
  readonly status: StatusMessage;
  readonly birth: BirthMessage;
  readonly state: StateMessage;
  readonly event: EventMessage;
  readonly telemetry: TelemetryMessage;
  readonly miners: MinersMessage;
}

export const messageNames = [
  "setpoint",
  "schedule",
  "control",
  "heartbeat",
  "acknowledgement",
  "status",
  "birth",
  "state",
  "event",
  "telemetry",
  "miners",
] as const satisfies readonly (keyof Messages)[];

/** schemas/keys.json: integer keys of telemetry and miners, and the words behind indices. Append only. */
export interface KeyRegistry {
  readonly version: number;
  readonly telemetry: Readonly<Record<string, number>>;
  readonly miners: Readonly<Record<string, number>>;
  readonly phases: readonly string[];
  readonly modes: readonly string[];
  readonly powerSources: readonly string[];
  readonly faults: readonly string[];
}

export interface Contract {
  /** Whether a decoded value has the message's shape. */
  readonly fits: { readonly [Name in keyof Messages]: (value: unknown) => value is Messages[Name] };
  readonly keys: KeyRegistry;
}

/** The schemas of `schemas/<name>.schema.json`; each is compiled when first asked for, and throws where it is no schema. */
export function compileContract(schemas: Readonly<Record<keyof Messages, object>>, keys: KeyRegistry): Contract {
  // Whether they are schemas is what tests are for; checking it here would take longer than all the rest of the start.
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, meta: false, validateSchema: false });
  ajv.addKeyword({ keyword: "unit", schemaType: "string" });
  const compile = <Name extends keyof Messages>(name: Name): ((value: unknown) => value is Messages[Name]) => {
    let fits: ((value: unknown) => value is Messages[Name]) | null = null;
    return (value): value is Messages[Name] => {
      fits ??= ajv.compile<Messages[Name]>(schemas[name]);
      return fits(value);
    };
  };
  return {
    fits: {
      setpoint: compile("setpoint"),
      schedule: compile("schedule"),
      control: compile("control"),
      heartbeat: compile("heartbeat"),
      acknowledgement: compile("acknowledgement"),
      status: compile("status"),
      birth: compile("birth"),
      state: compile("state"),
      event: compile("event"),
      telemetry: compile("telemetry"),
      miners: compile("miners"),
    },
    keys,
  };
}
