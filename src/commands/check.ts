/** `weir check FILE`: says everything that is wrong with a site file, its boards and its secrets, or with one board; or what it is. */
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Site } from "../model/site.ts";
import { type BoardPlace, boardLibrary, placeOfBoard } from "../site/boards.ts";
import { loadSite } from "../site/load-site.ts";
import type { SiteProblem } from "../site/problem.ts";

const examples = `
Examples:
  weir check site.yaml           everything that is wrong with it, all at once
  weir check site.yaml --json    the same as one JSON document
  weir check boards/meters/x.json   one board, while you write it

Exit code: 0 the site may run or the board be used, 1 something is wrong with it, 2 wrong use.
Documentation of every word of a site file: schemas/site.schema.json`;

export function describe(command: Command): void {
  command
    .argument("<file>", "site file or board, YAML or JSON")
    .option("--boards <folder>", "folder of the board files, instead of the installed one")
    .option("--json", "one JSON document and nothing else")
    .addHelpText("after", examples)
    .action((file: string, options: { json?: boolean; boards?: string }) => {
      const board = placeOfBoard(resolve(file));
      if (board !== null) return checkBoardFile(file, board, options.json === true);
      const loaded = loadSite(file, options.boards === undefined ? {} : { boards: folderPath(options.boards) });
      process.exitCode = loaded.ok ? 0 : 1;
      const problems = loaded.ok ? [] : loaded.error;
      if (options.json === true) {
        const summary = loaded.ok ? { site: siteSummary(loaded.value) } : {};
        console.log(JSON.stringify({ file, good: loaded.ok, problems, ...summary }, null, 2));
      } else console.log(loaded.ok ? summaryText(file, loaded.value) : problemsText(problems));
    });
}

function checkBoardFile(file: string, { folder, kind, name }: BoardPlace, json: boolean): void {
  const library = boardLibrary(folder);
  const found = library[kind](name);
  const problems = library.problems();
  process.exitCode = found.ok ? 0 : 1;
  if (json) console.log(JSON.stringify({ file, good: found.ok, problems, board: { kind, name } }, null, 2));
  else if (found.ok) console.log(`${file} is good: a site names this board ${name}.`);
  else if (problems.length > 0) console.log(problemsText(problems));
  else
    console.log(`${file}:1  (whole file)\n  found     no such file\n  expected  a board\n  to do     check the path`);
}

function folderPath(folder: string): string {
  return folder.endsWith("/") ? folder : `${folder}/`;
}

/** Compiler style, so that editors find the place; then what to do. */
export function problemsText(problems: readonly SiteProblem[]): string {
  const texts = problems.map(
    ({ file, line, pointer, found, expected, remedy }) =>
      `${file}:${line}  ${pointer === "" ? "(whole file)" : pointer}\n  found     ${found}\n  expected  ${expected}\n  to do     ${remedy}`,
  );
  return `${texts.join("\n\n")}\n\n${problems.length} ${problems.length === 1 ? "problem" : "problems"}`;
}

function siteSummary(site: Site) {
  const devices = site.lines.flatMap((line) => line.devices);
  return {
    container: site.container,
    configurationHash: site.configurationHash,
    ratedWatts: site.ratedWatts,
    failsafeWatts: site.policy.failsafeWatts,
    machinesRatedWatts: site.miners.reduce((sum, miner) => sum + (site.minerModels[miner.model]?.ratedWatts ?? 0), 0),
    auxiliaryWatts: site.auxiliaryWatts,
    lines: site.lines.length,
    devices: devices.length,
    points: devices.reduce((sum, device) => sum + device.points.length, 0),
    firmataBoards: site.firmata.length,
    firmataPoints: site.firmata.reduce((sum, board) => sum + board.points.length, 0),
    branches: site.branches.length,
    tanks: site.tanks.length,
    machines: site.miners.length,
  };
}

function summaryText(file: string, site: Site): string {
  const facts = siteSummary(site);
  const kilowatts = (watts: number): string => `${(watts / 1000).toFixed(1)} kW`;
  const lines = site.lines.map((line) => {
    const points = line.devices.reduce((sum, device) => sum + device.points.length, 0);
    const names = line.devices.map((device) => device.name).join(", ");
    return `  line      ${line.name}: ${line.baudRate} Bd on ${line.port}, ${points} points of ${names}`;
  });
  const boards = site.firmata.map(
    (board) => `  firmata   ${board.name}: ${board.points.length} points on ${board.port}`,
  );
  const tanks = site.tanks.map((tank) => {
    const machines = site.miners.filter((miner) => miner.tank === tank.name).length;
    const { derateCelsius, tripCelsius, sensors } = tank.coolant;
    return `  tank      ${tank.name}: ${machines} machines, derates at ${derateCelsius} °C, trips at ${tripCelsius} °C, ${sensors.length} sensors`;
  });
  return [
    `${file} is good: container ${site.container}, configuration ${facts.configurationHash.slice(0, 12)}`,
    `  power     rated ${kilowatts(facts.ratedWatts)}, without dispatcher ${kilowatts(facts.failsafeWatts)}; machines ${kilowatts(facts.machinesRatedWatts)}, auxiliaries ${kilowatts(facts.auxiliaryWatts)}`,
    ...lines,
    ...boards,
    ...tanks,
    `  machines  ${facts.machines} on ${facts.branches} branches`,
  ].join("\n");
}
