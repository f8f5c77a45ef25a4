/** `weir run`: the controller of one container, from its site file to its last log line. */
import { type Command, Option } from "commander";
import type { Site } from "../model/site.ts";
import { systemClock } from "../runtime/clock.ts";
import { type Controller, startController } from "../runtime/controller.ts";
import { type LockProblem, lockFolder } from "../runtime/folder-lock.ts";
import { guardProcess } from "../runtime/guard.ts";
import { type LogLevel, logLevels, openLog, type ProgramLog } from "../runtime/logger.ts";
import { openCore, openParts } from "../runtime/open-parts.ts";
import { programVersion } from "../runtime/version.ts";
import { loadSite } from "../site/load-site.ts";
import { loadSecrets, type Secrets } from "../site/secrets.ts";
import { problemsText } from "./check.ts";

const examples = `
Examples:
  weir run --site site.yaml --data /var/lib/weir
  weir run --site site.yaml --data ./data --log-level debug

Signals: SIGTERM and SIGINT shed what must not run unattended, then end; a second one does not wait.
Exit code: 0 stopped as asked, 1 the site may not run or not all was shed, 2 wrong use,
  70 something impossible happened (machines were told to sleep), 75 start it again (the disk answered late).
The log goes to standard error, one JSON document a line. A shell: weir shell --socket DATA/shell.sock`;

interface RunOptions {
  readonly site: string;
  readonly data: string;
  readonly logLevel: LogLevel;
}

export function describe(command: Command): void {
  command
    .requiredOption("--site <file>", "site file; `weir check` tells what is wrong with it")
    .requiredOption("--data <folder>", "folder for what must survive a power cut; one controller each")
    .addOption(new Option("--log-level <level>", "least level that is logged").choices(logLevels).default("info"))
    .addHelpText("after", examples)
    .action(run);
}

async function run(options: RunOptions): Promise<void> {
  const site = loadSite(options.site);
  const secrets = loadSecrets(options.site);
  if (!site.ok || !secrets.ok) {
    const problems = site.ok ? (secrets.ok ? [] : secrets.error) : site.error;
    console.error(problemsText(problems));
    process.exitCode = 1;
    return;
  }
  const lock = await lockFolder(options.data);
  if (!lock.ok) {
    console.error(lockText(lock.error));
    process.exitCode = 1;
    return;
  }
  const version = programVersion();
  const log = openLog(options.logLevel);
  const { container, configurationHash } = site.value;
  log.logger.info({ container, version, configurationHash, pid: process.pid }, `weir ${version} starts.`);
  const controller = start(site.value, secrets.value, options.data, version, log);
  if (controller === null) {
    process.exitCode = 1;
    return;
  }
  // The folder stays locked until the process ends.
  await guardProcess(controller, log);
}

function start(site: Site, secrets: Secrets, folder: string, version: string, log: ProgramLog): Controller | null {
  const { logger } = log;
  const parts = {
    version,
    folder,
    clock: systemClock,
    onBrokerProblem: (text: string) => logger.warn({ subject: "broker" }, text),
  };
  try {
    return startController({
      site,
      folder,
      version,
      clock: systemClock,
      logger,
      openParts: (started) => openParts(site, secrets, { ...started, ...parts }),
      openCore: (durable, now) => openCore(site, durable, now),
    });
  } catch (error) {
    // Unusable files of the broker: a mistake of the site that shows only when they are read.
    console.error(error instanceof Error ? error.message : error);
    return null;
  }
}

function lockText(problem: LockProblem): string {
  switch (problem.kind) {
    case "in-use":
      return `${problem.folder} is in use by another \`weir run\`; two controllers must not share a container.`;
    case "unusable":
      return `${problem.folder} cannot be used as data folder: ${problem.text}`;
  }
}
