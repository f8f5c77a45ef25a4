/** `weir doctor`: looks at everything a site needs and says what is wrong and what to do. It commands nothing. */
import { join } from "node:path";
import type { Command } from "commander";
import { checkFirmata } from "../field/doctor/board-check.ts";
import { type Check, failed, pass } from "../field/doctor/check.ts";
import { checkLine } from "../field/doctor/line-check.ts";
import { checkMachines, type MachinesSetup } from "../field/doctor/machines-check.ts";
import { checkBroker, checkClock } from "../field/doctor/surroundings-check.ts";
import type { Site } from "../model/site.ts";
import { systemClock } from "../runtime/clock.ts";
import { loadSite } from "../site/load-site.ts";
import type { SiteProblem } from "../site/problem.ts";
import { loadSecrets, type Secrets } from "../site/secrets.ts";
import { openProgress } from "./progress.ts";

const examples = `
Examples:
  weir doctor --site site.yaml              everything, in about half a minute
  weir doctor --site site.yaml --only lines --seconds 60
  weir doctor --site site.yaml --only machines --data /var/lib/weir
  weir doctor --site site.yaml --json

Stop the controller first: a line has one owner, and one that it holds is passed by. The lines are only read; Firmata boards are asked for their version
(opening their port resets many of them, so that their relays drop for seconds); machines are read; the broker's door is
tried without logging in. Machines are searched at the addresses of the rows and of \`searchAddresses\`; with the controller's
--data folder, replaced and moved ones are told by name.
Exit code: 0 all is well (warnings may be told), 1 something is wrong, 2 wrong use, or the site file is not good.`;

const parts = ["lines", "boards", "machines", "surroundings"] as const;
type Part = (typeof parts)[number];

interface Options {
  readonly site: string;
  readonly only?: string;
  readonly seconds: string;
  readonly boards?: string;
  readonly data?: string;
  readonly json?: boolean;
}

export function describe(command: Command): void {
  command
    .requiredOption("--site <file>", "site file")
    .option("--only <part>", `one of ${parts.join(", ")}`)
    .option("--seconds <number>", "how long each line is read to find its errors", "10")
    .option("--boards <folder>", "folder of the board files, instead of the installed one")
    .option("--data <folder>", "the controller's folder: what it knows of the machines (it is only read)")
    .option("--json", "one JSON document and nothing else")
    .addHelpText("after", examples)
    .action((options: Options) => run(command, options));
}

async function run(command: Command, options: Options): Promise<void> {
  const seconds = Number(options.seconds);
  if (!(seconds >= 1 && seconds <= 3600))
    command.error(`error: ${options.seconds}: 1 to 3600 seconds`, { exitCode: 2 });
  const only = parts.find((part) => part === options.only);
  if (options.only !== undefined && only === undefined)
    command.error(`error: ${options.only} is none of ${parts.join(", ")}`, { exitCode: 2 });
  const folder = options.boards;
  const site = loadSite(
    options.site,
    folder === undefined ? {} : { boards: folder.endsWith("/") ? folder : `${folder}/` },
  );
  const secrets = loadSecrets(options.site);
  const problems = [...(site.ok ? [] : site.error), ...(secrets.ok ? [] : secrets.error)];
  if (!site.ok || !secrets.ok) return tell(options, uniqueChecks(problems), 2);
  const looked = await look(site.value, secrets.value, options, seconds * 1000, only);
  const checks = [pass(options.site, "site file", "keeps every rule; secrets are closed to others"), ...looked];
  tell(options, checks, checks.some(({ verdict }) => verdict === "fail") ? 1 : 0);
}

/** A problem of the file as a check, each once. */
function uniqueChecks(problems: readonly SiteProblem[]): readonly Check[] {
  const checks = problems.map(({ file, line, pointer, found, expected, remedy }) =>
    failed(`${file}:${line}`, pointer === "" ? "whole file" : pointer, `${found}; expected ${expected}`, remedy),
  );
  return [...new Map(checks.map((check) => [JSON.stringify(check), check])).values()];
}

/** All parts at once: each has its own wires. */
async function look(
  site: Site,
  secrets: Secrets,
  options: Options,
  milliseconds: number,
  only: Part | undefined,
): Promise<readonly Check[]> {
  const wanted = (part: Part): boolean => only === undefined || only === part;
  const looked = await Promise.all([
    ...(wanted("lines") ? site.lines.map((line) => checkLine(line, milliseconds)) : []),
    ...(wanted("boards") ? site.firmata.map(checkFirmata) : []),
    ...(wanted("machines") ? [checkMachines(site, secrets, machinesSetup(options))] : []),
    ...(wanted("surroundings")
      ? [checkClock(site).then((check) => [check]), checkBroker(site.broker).then((check) => [check])]
      : []),
  ]);
  return looked.flat();
}

function machinesSetup({ data, json }: Options): MachinesSetup {
  const progress = openProgress(json !== true && process.stderr.isTTY === true);
  return {
    clock: systemClock,
    shared: data === undefined ? {} : { memoryFile: join(data, "machines.json") },
    onLooked: (done, all) => progress(done, all, "machines: looked at"),
  };
}

function tell(options: Options, checks: readonly Check[], exitCode: number): void {
  process.exitCode = exitCode;
  if (options.json === true) console.log(JSON.stringify({ good: exitCode === 0, checks }, null, 2));
  else console.log(checksText(checks));
}

const words = { pass: "pass", warn: "WARN", fail: "FAIL" } as const;

function checksText(checks: readonly Check[]): string {
  const rows = checks.flatMap(({ subject, name, verdict, found, remedy }) => {
    const row = `${words[verdict]}  ${subject}  ${name}: ${found}`;
    return remedy === null ? [row] : [row, `      to do: ${remedy}`];
  });
  const count = (verdict: Check["verdict"]): number => checks.filter((check) => check.verdict === verdict).length;
  return [...rows, "", `${count("pass")} pass, ${count("warn")} warn, ${count("fail")} fail`].join("\n");
}
