/** node_modules as package-lock.json wants it: `npm ci` where it is missing or older. */
import { createHash } from "node:crypto";
import { lstatSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { npm, progress, readIfThere, root, SetupFailure } from "./steps.mjs";

const stamp = `${root}node_modules/.weir-lock`;

export function packagesAreFresh() {
  const kind = lstatSync(`${root}node_modules`, { throwIfNoEntry: false });
  if (kind === undefined) return false;
  // A linked node_modules belongs to another checkout, which keeps it fresh.
  if (kind.isSymbolicLink()) return true;
  if (readIfThere(stamp) === lockDigest()) return true;
  const installed = statSync(`${root}node_modules/.package-lock.json`, { throwIfNoEntry: false });
  return installed !== undefined && installed.mtimeMs >= statSync(`${root}package-lock.json`).mtimeMs;
}

export function installPackages() {
  progress("installing npm packages (npm ci)");
  const ended = npm("ci", "--include=dev");
  if (!ended.good) throw new SetupFailure(`npm ci failed; is the npm registry reachable?\n${ended.output}`);
  writeFileSync(stamp, lockDigest());
}

function lockDigest() {
  return createHash("sha256")
    .update(readFileSync(`${root}package-lock.json`))
    .digest("hex");
}
