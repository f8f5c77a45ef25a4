/** The demo's run folder: the site file with its ports in this folder, secrets, data and logs; gone afterwards unless something failed. */
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import { serialNames } from "../../sim/demo/wiring.ts";
import { dataFolder } from "../../site/data-folder.ts";

export interface RunFolder {
  readonly path: string;
  readonly sitePath: string;
  readonly dataFolder: string;
  readonly secretsPath: string;
  /** Path of each serial port, by line or board. */
  readonly ports: Readonly<Record<string, string>>;
  /** For what far ends and the controller print. */
  readonly farEndLog: number;
  readonly controllerLog: number;
  /** Writes the site file again, with this broker. */
  useBroker(url: string): void;
  remove(): void;
}

/** Machines of this run: two demos at once must not meet on the same addresses; choice: 127.32 to 127.231. */
const loopbackBlock = `127.${32 + (process.pid % 200)}.`;

/** The demo's own site file. */
export function demoSitePath(): string {
  return `${dataFolder()}scripts/demo/site.yaml`;
}

/** Makes the folder from a site file; throws where the file cannot be read or is no YAML map. */
export function makeRunFolder(siteSource: string): RunFolder {
  const text = readFileSync(siteSource, "utf8");
  const path = mkdtempSync(join(tmpdir(), "weir-demo-"));
  const ports = Object.fromEntries(serialNames.map((name) => [name, join(path, `tty-${name}`)]));
  const sitePath = join(path, "site.yaml");
  const secretsPath = join(path, "secrets.yaml");
  const secretsSource = resolve(dirname(siteSource), String(parseDocument(text).get("secretsFile") ?? "secrets.yaml"));
  copyFileSync(secretsSource, secretsPath);
  chmodSync(secretsPath, 0o600);
  const data = join(path, "data");
  mkdirSync(data, { mode: 0o700 });
  const farEndLog = openSync(join(path, "far-ends.log"), "a", 0o600);
  const controllerLog = openSync(join(path, "weir.log"), "a", 0o600);
  const useBroker = (url: string): void => writeFileSync(sitePath, siteText(text, ports, url));
  useBroker("mqtt://127.0.0.1:1883");
  return {
    path,
    sitePath,
    dataFolder: data,
    secretsPath,
    ports,
    farEndLog,
    controllerLog,
    useBroker,
    remove: () => {
      closeSync(farEndLog);
      closeSync(controllerLog);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** The site with ports, addresses, broker and secrets of this run; comments stay, so that errors show the lines people know. */
function siteText(text: string, ports: Readonly<Record<string, string>>, brokerUrl: string): string {
  const document = parseDocument(text);
  for (const list of ["lines", "firmata"]) {
    const items = document.get(list);
    if (!isSeq(items)) continue;
    for (const item of items.items) {
      if (!isMap(item)) continue;
      const name = item.get("name", true);
      const port = isScalar(name) ? ports[String(name.value)] : undefined;
      if (port !== undefined) item.set("port", port);
    }
  }
  const miners = document.get("miners");
  for (const row of isSeq(miners) ? miners.items : []) {
    const addresses = isMap(row) ? row.get("addresses") : undefined;
    if (isMap(row) && typeof addresses === "string")
      row.set("addresses", addresses.replaceAll("127.10.", loopbackBlock));
  }
  document.setIn(["broker", "url"], brokerUrl);
  document.set("secretsFile", "secrets.yaml");
  return document.toString({ lineWidth: 0 });
}
