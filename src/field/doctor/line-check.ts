/** One serial line under the doctor's eye: the port, every device, then many reads. It only reads. */
import type { DeviceSite, LineSite } from "../../model/site.ts";
import { planBlocks } from "../../protocol/modbus/blocks.ts";
import type { UnitState } from "../../protocol/modbus/line-state.ts";
import { decodePoint } from "../../protocol/modbus/registers.ts";
import { type Conversation, converse } from "../conversation.ts";
import { locate } from "../locate.ts";
import { type PortProblem, problemAndRemedy } from "../port-check.ts";
import { type DeviceShown, isOther, readDevice, unitSettings } from "../read-device.ts";
import { type Check, failed, pass, warn } from "./check.ts";
import { checkFrozen } from "./frozen-check.ts";
import {
  collides,
  errorRatio,
  failsWithLength,
  type Sample,
  sampleOf,
  shortRead,
  type Tally,
  tally,
} from "./line-statistics.ts";
import { checkMeter } from "./meter-check.ts";
import { checkSilence } from "./silence-check.ts";

/** Share of failed reads that is no chance any more, and that makes trouble. Choice: a sound line fails less than once in a thousand. */
const noticeableRatio = 0.01;
const troublingRatio = 0.05;
/** Fewer reads than this say nothing about a share. */
const fewReads = 20;

/** A device, where its registers are as far as that could be found, and what it told; null: none of its models was found. */
interface Examined {
  readonly device: DeviceSite;
  readonly shown: DeviceShown | null;
}

/** Examines `line` for about `milliseconds` after its devices are known. */
export async function checkLine(line: LineSite, milliseconds: number): Promise<readonly Check[]> {
  const opened = await converse(line, line.devices.map(unitSettings));
  if (!opened.ok) return [portCheck(line, opened.error)];
  const conversation = opened.value;
  const examined: Examined[] = [];
  for (const device of line.devices) {
    const located = await locate(conversation, device);
    const shown = located === null ? null : await readDevice(conversation, located);
    examined.push({ device: located ?? device, shown });
  }
  const devices = examined.map(({ device }) => device);
  const samples = await sampleLine(conversation, devices, milliseconds);
  const unitOf = ({ address }: DeviceSite): UnitState | undefined => conversation.unit(address);
  const wire = checkWire(line, samples, conversation);
  await conversation.close();
  const ownSamples = ({ name }: DeviceSite) => samples.filter((sample) => sample.device === name);
  const failing = devices
    .map((device) => ({ device, own: tally(ownSamples(device)) }))
    .filter(({ device, own }) => errorRatio(own) >= troublingRatio && !isCollision(unitOf(device)));
  const impatient = await checkSilence(line, failing);
  const checks = examined.flatMap(({ device, shown }) => {
    if (isCollision(unitOf(device))) return [collision(device)];
    const silence = impatient.get(device.name);
    if (silence !== undefined) return [silence];
    return checkDevice(device, shown, ownSamples(device));
  });
  return [pass(line.name, "port", `${line.port} opens, and nobody else has it`), ...checks, ...wire];
}

function isCollision(unit: UnitState | undefined): boolean {
  return unit !== undefined && collides(unit);
}

/** A controller at work is no fault of the line; it counts its errors itself. */
function portCheck(line: LineSite, problem: PortProblem): Check {
  const [found, remedy] = problemAndRemedy(problem);
  const make = problem.kind === "busy" && problem.holder?.isController === true ? warn : failed;
  return make(line.name, "port", found, remedy);
}

/** Short and long reads of every device in turn, each as the controller would do them. */
async function sampleLine(
  conversation: Conversation,
  devices: readonly DeviceSite[],
  milliseconds: number,
): Promise<readonly Sample[]> {
  const plans = devices.flatMap((device) => {
    const [long] = planBlocks(device)
      .map(({ read }) => read)
      .sort((a, b) => b.count - a.count);
    const short = shortRead(device);
    if (long === undefined || short === null) return [];
    const reads = [{ device: device.name, long: false, read: short }];
    // Where both are alike the length says nothing.
    return long.count >= 4 * short.count ? [...reads, { device: device.name, long: true, read: long }] : reads;
  });
  const samples: Sample[] = [];
  const end = performance.now() + milliseconds;
  while (performance.now() < end && plans.length > 0) {
    for (const { device, long, read } of plans) samples.push(sampleOf(device, long, await conversation.ask(read)));
  }
  return samples;
}

function collision({ name, address }: DeviceSite): Check {
  return failed(
    name,
    "address",
    `something answers at address ${address}, and cannot be understood`,
    `Two devices have address ${address}, most likely: unplug one, find the other by weir scan, and give it another address.`,
  );
}

function checkDevice(device: DeviceSite, shown: DeviceShown | null, samples: readonly Sample[]): readonly Check[] {
  const { name, address } = device;
  const own = tally(samples);
  if (shown === null)
    return [
      failed(
        name,
        "identity",
        "none of its board's models is found",
        "Choose the board that fits: weir scan names it.",
      ),
    ];
  if (own.reads > 0 && own.silent === own.reads)
    return [
      failed(
        name,
        "answer",
        `nothing answers at address ${address}`,
        "Check its supply, wires A and B, address, speed and parity; weir scan finds it at other settings.",
      ),
    ];
  const checks = [answerCheck(device, own), ...identityChecks(device, shown)];
  if (checks.some(({ verdict, name: what }) => what === "identity" && verdict === "fail")) return checks;
  return [
    ...checks,
    ...pointChecks(device, shown),
    ...checkMeter(device, shown),
    ...checkFrozen(device, shown, samples),
  ];
}

function answerCheck({ name }: DeviceSite, own: Tally): Check {
  const { usualMilliseconds: usual, longestMilliseconds: longest, reads } = own;
  const waits =
    usual === null || longest === null
      ? ""
      : `, in ${Math.round(usual)} ms as a rule and ${Math.round(longest)} ms at most`;
  const lost = own.silent + own.garbled;
  if (lost === 0 || errorRatio(own) < noticeableRatio) return pass(name, "answer", `${reads} reads answered${waits}`);
  const found = `${lost} of ${reads} reads failed (${own.silent} silent, ${own.garbled} garbled)${waits}`;
  if (errorRatio(own) < troublingRatio || reads < fewReads)
    return warn(name, "answer", found, "Look at the line's own checks, and at this device's screws.");
  return failed(name, "answer", found, "If only this device fails, check its screws and supply; if all do, the line.");
}

function identityChecks(device: DeviceSite, shown: DeviceShown): readonly Check[] {
  const { probe, identity, requirements, serialNumber } = shown;
  const checks: Check[] = [];
  const { name } = device;
  if (probe?.proven === false)
    checks.push(failed(name, "identity", probeText(shown), wordOrderRemedy(device, probe.raw)));
  for (const answer of identity)
    if (isOther(answer))
      checks.push(
        failed(name, "identity", `${answer.read.name}: ${answer.raw ?? "refused"}`, `${answer.read.remedy}.`),
      );
  if (checks.length === 0 && (probe !== null || identity.length > 0)) {
    const serial = serialNumber === null ? "" : `, serial number ${serialNumber}`;
    checks.push(pass(name, "identity", `it is what its board says: ${probeText(shown)}${serial}`));
  }
  for (const { read, verdict, raw } of requirements)
    if (verdict === "other") {
      const make = read.certain ? failed : warn;
      checks.push(make(name, "setting", `${read.name}: ${raw ?? ""}`, `${read.remedy}.`));
    }
  return checks;
}

function probeText({ probe, identity }: DeviceShown): string {
  const known = identity.find(({ verdict }) => verdict === "right");
  if (known !== undefined) return known.meaning ?? known.read.name;
  if (probe === null) return "its registers";
  return `${probe.name.slice(probe.name.indexOf("/") + 1)} ${probe.value ?? `has no value (${probe.raw ?? "not answered"})`}`;
}

/** The same words read the other way round make sense: then that is it. */
function wordOrderRemedy(device: DeviceSite, raw: string | null): string {
  const { probe } = device;
  const other = "Another device stands at this address, or the board is a variant's: weir scan names boards that fit.";
  if (probe === null || raw === null || raw.length < 8) return other;
  const wordOrder = probe.point.wordOrder === "high-first" ? "low-first" : "high-first";
  const point = { ...probe.point, wordOrder } as const;
  const decoded = decodePoint(point, Buffer.from(raw, "hex"), point.address);
  const fits = decoded.ok && decoded.value >= probe.minimum && decoded.value <= probe.maximum;
  return fits
    ? `Its word order is the other one (it would read ${Number(decoded.value.toPrecision(4))}): set the device's register order to that of the board.`
    : other;
}

function pointChecks(device: DeviceSite, { points }: DeviceShown): readonly Check[] {
  const bad = points.filter(({ fault }) => fault !== null);
  if (bad.length === 0) return [pass(device.name, "points", `all ${points.length} points have a value`)];
  return bad.map(({ name, fault, raw }) =>
    failed(device.name, "points", `${name} is ${fault ?? ""}${raw === null ? "" : ` (${raw})`}`, remedyOf(fault)),
  );
}

function remedyOf(fault: string | null): string {
  switch (fault) {
    case "out-of-range":
      return "Check the sensor and its wires: an open input reads like this, and so does a channel that is not connected.";
    case "broken-sensor":
      return "Check the sensor and its wires: an open or shorted input reads like this, and a current loop without supply.";
    case "no-value":
      return "The device says that it has no value: check the sensor, and that the channel is switched on.";
    case "refused-by-device":
      return "The device does not have this register: check the model and its firmware against the board.";
    default:
      return "Look at the device's and the line's other checks.";
  }
}

function checkWire(line: LineSite, samples: readonly Sample[], conversation: Conversation): readonly Check[] {
  const all = tally(samples);
  const checks: Check[] = [];
  if (failsWithLength(samples))
    checks.push(
      failed(
        line.name,
        "termination",
        "long frames fail much more often than short ones",
        "Check the 120 Ω resistors at both ends (and nowhere else), the length of stubs, and the shield; a lower speed helps meanwhile.",
      ),
    );
  const foreign = conversation.foreignRequests();
  if (foreign > 0)
    checks.push(
      failed(
        line.name,
        "second master",
        `${foreign} requests heard that are not ours`,
        "Another controller or a panel speaks on this line: unplug it; a Modbus line has one master.",
      ),
    );
  for (const { name, address } of line.devices)
    if ((conversation.unit(address)?.unaskedReplies ?? 0) > 1)
      checks.push(
        failed(
          name,
          "talks unasked",
          "it sends what nobody asked for",
          "Switch its automatic sending off: it ruins the line for the others.",
        ),
      );
  const ratio = errorRatio(all);
  const found = `${all.reads} reads, ${(100 * ratio).toFixed(1)} % failed, ${all.usualMilliseconds === null ? "none answered" : `${Math.round(all.usualMilliseconds)} ms as a rule`}`;
  if (ratio < noticeableRatio) checks.push(pass(line.name, "errors", found));
  else
    checks.push(
      warn(
        line.name,
        "errors",
        found,
        "See the devices: one of them alone is its own fault, all of them are the line's (screws, polarity, common ground).",
      ),
    );
  return checks;
}
