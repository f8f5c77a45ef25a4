/** `npm run coverage`: the tests of control and protocol (or those that match) with V8's coverage on, a report of control and protocol, and every branch of control demanded. */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const raw = `${root}coverage/raw/`;
/** Compiled folders that are measured; other processes' and files' counts are dropped before they are merged. */
const measured = /\/dist\/src\/(control|protocol)\//;

interface Dump {
  readonly result: readonly { readonly url: string }[];
  readonly "source-map-cache"?: Readonly<Record<string, unknown>>;
}

function run(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<number> {
  const child = spawn(process.execPath, words, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return new Promise((resolve) => {
    child.on("error", () => resolve(1));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

/** Hundreds of far ends leave a dump each: only what is measured may cost memory when they are merged. */
function thinOut(): void {
  for (const name of readdirSync(raw)) {
    const dump = readDump(`${raw}${name}`);
    const result = dump?.result.filter(({ url }) => measured.test(url)) ?? [];
    if (dump === null || result.length === 0) {
      rmSync(`${raw}${name}`);
      continue;
    }
    const maps = Object.entries(dump["source-map-cache"] ?? {}).filter(([url]) => measured.test(url));
    writeFileSync(`${raw}${name}`, JSON.stringify({ result, "source-map-cache": Object.fromEntries(maps) }));
  }
}

/** Null where a killed process left half a file. */
function readDump(path: string): Dump | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Dump;
  } catch {
    return null;
  }
}

/** Sources that compile to nothing: types cannot be reached and must not count as unreached. */
function typeOnly(folder: string): string[] {
  return readdirSync(`${root}dist/${folder}`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js"))
    .filter((name) => {
      const code = readFileSync(`${root}dist/${folder}/${name}`, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
      return code.trim() === "export {};";
    })
    .map((name) => `${folder}/${name.replace(/\.js$/, ".ts")}`);
}

/** Reports one folder; false where its branches are not all reached and that is demanded. */
async function report(folder: string, demands: readonly string[]): Promise<boolean> {
  const excluded = [...typeOnly(folder), "**/impossible.ts", "**/generated/**"].map((file) => `--exclude=${file}`);
  const reporters = ["--reporter=text", "--reporter=html", `--reports-dir=coverage/${folder.replace("src/", "")}`];
  // The files of a folder that no test loads count too.
  const files = ["--all", "--src=src", `--include=${folder}/**`, ...excluded];
  const c8 = ["node_modules/c8/bin/c8.js", "report", `--temp-directory=${raw}`, "--exclude-after-remap"];
  console.log(`\n${folder}`);
  return (await run([...c8, ...files, ...reporters, ...demands])) === 0;
}

rmSync(`${root}coverage`, { recursive: true, force: true });
mkdirSync(raw, { recursive: true });
const given = process.argv.slice(2);
// What is pure must be reached by its own tests; the tests on real wires only become slow by counting.
const patterns = given.length > 0 ? given : ["test/control/", "test/protocol/"];
const tested = await run(["dist/scripts/test.js", ...patterns], { NODE_V8_COVERAGE: raw });
thinOut();
await report("src/protocol", []);
const everyBranch = ["--check-coverage", "--branches=100", "--lines=0", "--functions=0", "--statements=0"];
const reached = await report("src/control", everyBranch);
console.log(reached ? "every branch of src/control was reached" : "NOT every branch of src/control was reached");
process.exitCode = tested === 0 && reached ? 0 : 1;
