/** dist as the sources want it: compiled by TypeScript when a source has changed, without outputs of sources that are gone. */
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { progress, readIfThere, root, runTool, SetupFailure } from "./steps.mjs";

const folders = ["src", "test", "scripts"];
const stamp = `${root}dist/.sources`;

export function buildIsFresh() {
  return readIfThere(stamp) === sourcesDigest();
}

/** Compiles everything; type errors fail, unless `tolerant`: stale generated types must not keep their own generator from running. */
export function build({ tolerant = false } = {}) {
  progress("compiling");
  const before = sourcesDigest();
  mkdirSync(`${root}dist`, { recursive: true });
  const ended = runTool(process.execPath, [`${root}node_modules/typescript/bin/tsc`, "-p", root]);
  removeOrphans();
  if (!ended.good && !tolerant) {
    rmSync(stamp, { force: true });
    throw new SetupFailure(`TypeScript found errors:\n${ended.output}`);
  }
  closeDemoSecrets();
  if (ended.good) writeFileSync(stamp, before);
}

/** git keeps no file modes: the demo's credentials, nothing secret, still have to look like real ones to `weir check`. */
function closeDemoSecrets() {
  const secrets = `${root}scripts/demo/secrets.yaml`;
  if (statSync(secrets, { throwIfNoEntry: false }) !== undefined) chmodSync(secrets, 0o600);
}

/** Changes when a source is added, removed or edited. */
function sourcesDigest() {
  const digest = createHash("sha256");
  for (const file of [
    ...folders.flatMap((folder) => filesBelow(folder)),
    "tsconfig.json",
    "package-lock.json",
  ].sort()) {
    const facts = statSync(`${root}${file}`, { throwIfNoEntry: false });
    digest.update(`${file} ${facts?.size} ${facts?.mtimeMs}\n`);
  }
  return digest.digest("hex");
}

function removeOrphans() {
  const sources = new Set(folders.flatMap((folder) => filesBelow(folder)));
  for (const folder of folders)
    for (const output of filesBelow(`dist/${folder}`)) {
      const stem = output.slice("dist/".length).replace(/\.js(\.map)?$/, "");
      if (!sources.has(`${stem}.ts`) && !sources.has(stem)) rmSync(`${root}${output}`);
    }
}

/** Paths of all files below a folder, relative to the repository. */
function filesBelow(folder) {
  const there = statSync(`${root}${folder}`, { throwIfNoEntry: false });
  if (there === undefined) return [];
  return readdirSync(`${root}${folder}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${(entry.parentPath ?? entry.path).slice(root.length)}/${entry.name}`);
}
