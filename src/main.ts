#!/usr/bin/env node
/** The command line: finds the command's file and hands the words over; each command documents itself. */
import { Command } from "commander";

interface CommandFile {
  /** Adds options, examples and the action to a fresh command of its name. */
  describe(command: Command): void;
}

/** Loaded only when asked for, so that the controller on a Pi carries nothing of the others. */
const commandFiles: Readonly<Record<string, { summary: string; load: () => Promise<CommandFile> }>> = {
  run: { summary: "the controller of a container", load: () => import("./commands/run.ts") },
  demo: {
    summary: "a whole container on this machine, with a story and a screen",
    load: () => import("./commands/demo.ts"),
  },
  shell: { summary: "the debug shell of a running controller", load: () => import("./commands/shell.ts") },
  miner: { summary: "one machine: read it, put it to sleep, wake it", load: () => import("./commands/miner.ts") },
  dispatch: {
    summary: "the central side by hand: watch, setpoint, control",
    load: () => import("./commands/dispatch.ts"),
  },
  scan: { summary: "the devices of a serial line, and the boards that fit", load: () => import("./commands/scan.ts") },
  doctor: { summary: "what is wrong with a site, and what to do", load: () => import("./commands/doctor.ts") },
  read: { summary: "one device of a serial line: all it tells", load: () => import("./commands/read.ts") },
  simulate: {
    summary: "the core against a simulated container, in virtual time",
    load: () => import("./commands/simulate.ts"),
  },
  check: { summary: "a site file and the boards it names", load: () => import("./commands/check.ts") },
};

const program = new Command("weir")
  .description("Edge controller of an immersion-cooled mining container.")
  .configureHelp({ showGlobalOptions: true })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

const wanted = process.argv[2];
for (const [name, file] of Object.entries(commandFiles)) {
  const command = program.command(name).description(file.summary);
  if (name === wanted) (await file.load()).describe(command);
}

await program.parseAsync();
