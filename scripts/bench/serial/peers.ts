/** The libraries weir is compared with, installed beside the clone's own packages: they must not bring a second serialport into these. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { workFolder } from "../words.ts";

/** Newest releases, November 2026. */
const manifest = {
  private: true,
  dependencies: { "modbus-serial": "8.0.25", jsmodbus: "5.0.0" },
  overrides: { serialport: "13.0.0" },
};

/** Installs what is missing. Throws with npm's words. */
export function installPeers(): void {
  mkdirSync(workFolder, { recursive: true });
  if (Object.entries(manifest.dependencies).every(([name, version]) => versionOf(name) === version)) return;
  console.log("installing modbus-serial and jsmodbus into .weir/bench");
  writeFileSync(`${workFolder}package.json`, JSON.stringify(manifest));
  const ended = spawnSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"], {
    cwd: workFolder,
    encoding: "utf8",
  });
  if (ended.status !== 0) throw new Error(`npm install: ${ended.error?.message ?? ended.stderr}`);
}

function versionOf(name: string): string | null {
  try {
    const { version } = JSON.parse(readFileSync(`${workFolder}node_modules/${name}/package.json`, "utf8")) as {
      readonly version: string;
    };
    return version;
  } catch {
    return null;
  }
}
