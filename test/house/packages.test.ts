import { suite } from "uvu";
import * as assert from "uvu/assert";
import { read } from "./sources.ts";

const test = suite("packages");

interface Lock {
  readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly dev?: boolean }>>;
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const lock = JSON.parse(read("package-lock.json")) as Lock;
const manifest = JSON.parse(read("package.json")) as Manifest;

test("the lockfile holds no download addresses", () => {
  const found = Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined);
  assert.equal(found, []);
});

test("there is exactly one serialport, in the lockfile and on the disk", () => {
  for (const file of ["package-lock.json", "node_modules/.package-lock.json"]) {
    const { packages } = JSON.parse(read(file)) as Lock;
    const found = Object.keys(packages).filter((path) => path.endsWith("node_modules/serialport"));
    assert.equal(found, ["node_modules/serialport"], file);
  }
});

test("every package is pinned to one version", () => {
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  assert.equal(
    versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version)),
    [],
  );
});

test.run();
