/** Entry of every npm script: sets up what is missing (packages, build, real peers), then runs the compiled program. Plain JavaScript, because it runs before anything is installed. */
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { build, buildIsFresh } from "./setup/build.mjs";
import { installPackages, packagesAreFresh } from "./setup/packages.mjs";
import { provideDebianPeers, provideFirmware } from "./setup/peers.mjs";
import { oneAtATime, progress, root, SetupFailure } from "./setup/steps.mjs";

/** Oldest Node that c8 and the tests run on. */
const oldestNode = [20, 19];

const programs = {
  demo: { file: "src/main.js", first: ["demo"], firmware: true },
  weir: { file: "src/main.js", first: [] },
  test: { file: "scripts/test.js", first: [], firmware: true, peers: true },
  coverage: { file: "scripts/coverage.js", first: [], firmware: true, peers: true },
  bench: { file: "scripts/bench.js", first: [], firmware: true },
  soak: { file: "scripts/soak.js", first: [], firmware: true },
  generate: { file: "scripts/generate.js", first: [], tolerant: true },
  check: { file: "scripts/check.js", first: [], tolerant: true },
};

const usage = `usage: node scripts/setup.mjs [build | ${Object.keys(programs).join(" | ")}] [ARGUMENTS...]
  build (or nothing)  installs the packages and compiles
  weir COMMAND ...    the command line; scripts/weir COMMAND is the same
`;

function prepare({ firmware = false, peers = false, tolerant = false }) {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]))
    throw new SetupFailure(`needs Node ${oldestNode.join(".")} or newer, this is ${process.versions.node}`);
  if (!packagesAreFresh() || !buildIsFresh())
    oneAtATime(() => {
      if (!packagesAreFresh()) installPackages();
      if (!buildIsFresh()) build({ tolerant });
    });
  if (firmware) oneAtATime(provideFirmware);
  if (peers) oneAtATime(provideDebianPeers);
}

/** The program takes this process over, so that signals, standard streams and the exit code are its own. */
async function become(file, parameters) {
  const path = `${root}dist/${file}`;
  if (!existsSync(path)) throw new SetupFailure(`dist/${file} does not exist; this checkout has no such program`);
  process.argv.splice(1, process.argv.length, path, ...parameters);
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(path).href);
}

async function main([name = "build", ...parameters]) {
  if (name === "build") return prepare({});
  // Packages and whatever compiles: the checks that follow tell what does not.
  if (name === "packages") return prepare({ tolerant: true });
  // For scripts/weir, which runs the program itself.
  if (name === "prepare") return prepare({ firmware: parameters[0] === "demo" });
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (program === undefined) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  prepare({ ...program, firmware: program.firmware || (name === "weir" && parameters[0] === "demo") });
  await become(program.file, [...program.first, ...parameters]);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupFailure)) throw error;
  progress(error.message);
  process.exitCode = 1;
}
