/** A host for the shell whose controller is a snapshot made by hand and a list of what was submitted. */
import type { LocalCommand, LocalOutcome } from "../../src/model/command.ts";
import type { ShellHost } from "../../src/shell/host.ts";
import { exampleSnapshot } from "../views/text/example.ts";

export interface RecordingHost extends ShellHost {
  readonly submitted: { readonly action: LocalCommand["action"]; readonly by: string }[];
}

/** Refuses a reset of any other trip than tank-2/flow, as the core would. */
export function recordingHost(): RecordingHost {
  const submitted: { action: LocalCommand["action"]; by: string }[] = [];
  return {
    submitted,
    snapshot: exampleSnapshot,
    submit: (action, by): Promise<LocalOutcome> => {
      submitted.push({ action, by });
      const done = action.kind !== "reset" || action.trip === "tank-2/flow";
      return Promise.resolve({ ticket: "1", done, text: done ? "It is so." : "No such trip is latched." });
    },
  };
}
