import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openSerialLine } from "../../../src/drivers/serial/serial-line.ts";
import { openPty, type Pty } from "../../../src/sim/wires/pty.ts";
import { waitFor, withDeadline } from "../../waiting.ts";
import { clock, resolveLine, temporaryFolder } from "./line-under-test.ts";

const test = suite("serial line against a slave of libmodbus");
const folder = temporaryFolder();
test.after(folder.remove);

/** Compiles the slave of this folder; throws with the compiler's words. */
function compileSlave(): string {
  const source = fileURLToPath(new URL("../../../../test/drivers/serial/libmodbus-slave.c", import.meta.url));
  const program = folder.path("slave");
  const outcome = spawnSync("gcc", ["-o", program, source, "-I/usr/include/modbus", "-lmodbus"], { encoding: "utf8" });
  assert.is(outcome.status, 0, outcome.stderr);
  return program;
}

test("the map of a meter, as an independent slave shows it", async () => {
  const program = compileSlave();
  // Two pseudo-terminals joined back to back: a cable between the driver and a slave that opens a port itself.
  const slaveEnd: Pty = openPty(folder.path("slave-end"), (bytes) => driverEnd.write(bytes));
  const driverEnd: Pty = openPty(folder.path("driver-end"), (bytes) => slaveEnd.write(bytes));
  const slave = spawn(program, [slaveEnd.path, "5"], { stdio: ["ignore", "pipe", "inherit"] });
  await withDeadline(once(slave.stdout, "data"), 3000, "the slave opens its port");
  const line = resolveLine(driverEnd.path, 19_200, [
    { name: "meter", board: "eastron-sdm630-v2", address: 5, pollMilliseconds: 200 },
  ]);
  const driver = openSerialLine(line, clock);
  driver.start();
  const value = (name: string): number | null => {
    const reading = driver.readings()[`meter/${name}`];
    return reading?.quality === "good" ? reading.value : null;
  };
  const all = (): boolean => Object.values(driver.readings()).every(({ quality }) => quality === "good");
  await waitFor(all, { within: 5000, what: () => JSON.stringify([driver.health(), driver.readings()]) });
  assert.is(value("voltage3Volts"), 232);
  assert.is(value("current2Amperes"), 11);
  assert.is(value("power1Watts"), 2300);
  assert.is(value("powerWatts"), 6903);
  assert.is(value("powerFactorRatio"), 0.5);
  assert.is(value("frequencyHertz"), 50);
  assert.is(value("energyImportWattHours"), 1_234_000);
  await driver.stop();
  slave.kill("SIGKILL");
  await once(slave, "exit");
  slaveEnd.close();
  driverEnd.close();
});

test.run();
