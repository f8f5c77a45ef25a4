/** `npm run check`: format and lint, types, generated files; runs all three and names what failed. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

const checks = [
  {
    name: "format and lint",
    program: "node_modules/@biomejs/biome/bin/biome",
    words: ["ci", "--max-diagnostics=50", process.stdout.isTTY ? "--colors=force" : "--colors=off", "."],
  },
  { name: "types", program: "node_modules/typescript/bin/tsc", words: ["--noEmit", "-p", "."] },
  { name: "generated types", program: "dist/scripts/generate.js", words: ["--check"] },
];

function run(program: string, words: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, [program, ...words], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((resolve) => {
    child.on("error", () => resolve(false));
    child.on("exit", (code) => resolve(code === 0));
  });
}

const failed: string[] = [];
for (const { name, program, words } of checks) if (!(await run(program, words))) failed.push(name);
console.log(
  failed.length === 0 ? `good: ${checks.map(({ name }) => name).join(", ")}` : `FAILED: ${failed.join(", ")}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
