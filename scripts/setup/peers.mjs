/** Real peers that are not npm packages of weir: the StandardFirmata firmware, and Debian's mosquitto and libmodbus. */
import { createHash } from "node:crypto";
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { cache, npm, progress, runTool, SetupFailure } from "./steps.mjs";

/** The package carries the firmware as the Arduino IDE built it; taken out of the package file, because installing it would bring a second serialport. */
const firmwarePackage = "avrgirl-arduino@5.0.1";
/** StandardFirmata 2.4 and 2.5 for the Uno, 2.3 for Nano and Mega: where the demo and the tests look for it, where the package has it, and what it must be. */
const firmwares = [
  {
    path: `${cache}StandardFirmata.cpp.hex`,
    inPackage: "package/junk/hex/uno/StandardFirmata.cpp.hex",
    sha256: "6d57ea7cf30e26c9c2f3a01ee37907d2c951f8bc9c27f84dddad12fa9c8b8f36",
  },
  {
    path: `${cache}StandardFirmata-2.5.cpp.hex`,
    inPackage: "package/junk/hex/duemilanove328/StandardFirmata.cpp.hex",
    sha256: "e1e8a7e4a4384ad9f95b5ce7e638a13e43ec8eccdea766b6a3b8d7d6892d14d2",
  },
  {
    path: `${cache}StandardFirmata-nano.cpp.hex`,
    inPackage: "package/junk/hex/nano/StandardFirmata.cpp.hex",
    sha256: "252bc6f27b63864482ddaca95e02af4c285e674b016c95875a242827e6b76142",
  },
  {
    path: `${cache}StandardFirmata-mega2560.cpp.hex`,
    inPackage: "package/junk/hex/mega/StandardFirmata.cpp.hex",
    sha256: "44139612e9aa601f4e92c40cf7e72e3716871e43b2024323776d8b781d165e68",
  },
];

export function provideFirmware() {
  const missing = firmwares.filter(({ path, sha256 }) => digestOf(path) !== sha256);
  if (missing.length === 0) return;
  progress("fetching the StandardFirmata firmware");
  const work = `${cache}firmware/`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const packed = npm("pack", firmwarePackage, "--pack-destination", work);
  const file = readdirSync(work).find((name) => name.endsWith(".tgz"));
  if (!packed.good || file === undefined)
    throw new SetupFailure(`npm pack ${firmwarePackage} failed; is the npm registry reachable?\n${packed.output}`);
  const unpacked = runTool("tar", ["-xzf", `${work}${file}`, "-C", work, ...missing.map((each) => each.inPackage)]);
  for (const { path, inPackage, sha256 } of missing) {
    const found = digestOf(`${work}${inPackage}`);
    if (found !== sha256)
      throw new SetupFailure(
        `${inPackage} in ${firmwarePackage} is not the expected firmware: sha256 ${found}, expected ${sha256}\n${unpacked.output}`,
      );
    renameSync(`${work}${inPackage}`, path);
  }
  rmSync(work, { recursive: true, force: true });
}

/** What the tests run against that is not ours, and what shows that it is there: a program on the search path, or a file. */
const debianPeers = [
  { package: "mosquitto", there: () => isOnPath("mosquitto") },
  { package: "mosquitto-clients", there: () => isOnPath("mosquitto_pub") },
  // A Modbus slave by others, compiled from a page of C when its test runs.
  { package: "libmodbus-dev", there: () => isFile("/usr/include/modbus/modbus.h") },
  { package: "gcc", there: () => isOnPath("gcc") },
  { package: "libc6-dev", there: () => isFile("/usr/include/stdio.h") },
];

/** Debian's packages for the tests: there already, or by apt as root or through sudo without a password. */
export function provideDebianPeers() {
  // Debian keeps servers where the search path of an ordinary user does not look.
  process.env.PATH = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;
  const missing = () => debianPeers.filter((peer) => !peer.there()).map((peer) => peer.package);
  const packages = missing();
  if (packages.length === 0) return;
  const byHand = `install them by hand: apt-get install ${packages.join(" ")}`;
  if (!isOnPath("apt-get")) throw new SetupFailure(`the tests need ${packages.join(" and ")}; ${byHand}`);
  const prefix = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  if (prefix.length > 0 && !runTool("sudo", ["-n", "true"]).good)
    throw new SetupFailure(`the tests need ${packages.join(" and ")}, and only root may install them; ${byHand}`);
  progress(`installing ${packages.join(" and ")} by apt`);
  const install = () => apt(prefix, ["install", "-y", "-qq", "--no-install-recommends", ...packages]);
  let ended = install();
  if (!ended.good) {
    apt(prefix, ["update", "-qq"]);
    ended = install();
  }
  if (!ended.good || missing().length > 0) throw new SetupFailure(`apt-get failed; ${byHand}\n${ended.output}`);
}

function apt(prefix, parameters) {
  const [command, ...rest] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...parameters];
  return runTool(command, rest);
}

function isOnPath(program) {
  const folders = (process.env.PATH ?? "").split(":").filter((folder) => folder !== "");
  return folders.some((folder) => isFile(`${folder}/${program}`, constants.X_OK));
}

function isFile(path, access = constants.R_OK) {
  try {
    accessSync(path, access);
    return true;
  } catch {
    return false;
  }
}

function digestOf(path) {
  try {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  } catch {
    return null;
  }
}
