/** Whether devices whose reads fail only want more silence before a request than their boards give: they are asked again with plenty of it. Only reads. */
import type { DeviceSite, LineSite } from "../../model/site.ts";
import { converse } from "../conversation.ts";
import { unitSettings } from "../read-device.ts";
import { type Check, failed } from "./check.ts";
import { errorRatio, type Sample, sampleOf, shortRead, type Tally, tally } from "./line-statistics.ts";

/** More silence than any device of the facts asks for [ms]. Source: facts on serial lines: 60 ms between requests is the most that a maker documents; twice that and more. */
const plentyMilliseconds = 150;
/** Reads of each device. Choice: enough to tell "hardly ever" from "always". */
const tries = 10;
/** The first reads of one that never answers are enough. */
const hopelessTries = 3;
/** So much of the failures must be gone. Choice. */
const curedRatio = 0.25;

/** Checks by device name; a device that fails with plenty of silence too is not named. */
export async function checkSilence(
  line: LineSite,
  failing: readonly { readonly device: DeviceSite; readonly own: Tally }[],
): Promise<ReadonlyMap<string, Check>> {
  const found = new Map<string, Check>();
  const asked = failing.filter(({ device }) => device.minimumGapMilliseconds < plentyMilliseconds);
  if (asked.length === 0) return found;
  const units = asked.map(({ device }) => ({ ...unitSettings(device), minimumGapMilliseconds: plentyMilliseconds }));
  const conversation = await converse(line, units);
  if (!conversation.ok) return found;
  for (const { device, own } of asked) {
    const read = shortRead(device);
    const samples: Sample[] = [];
    while (read !== null && samples.length < tries) {
      samples.push(sampleOf(device.name, false, await conversation.value.ask(read)));
      if (samples.length === hopelessTries && samples.every(({ outcome }) => outcome !== "answered")) break;
    }
    if (samples.length > 0 && errorRatio(tally(samples)) <= curedRatio * errorRatio(own))
      found.set(device.name, impatient(device, own));
  }
  await conversation.value.close();
  return found;
}

function impatient({ name, minimumGapMilliseconds: given }: DeviceSite, own: Tally): Check {
  const usual = given === 0 ? "the usual silence" : `${given} ms of silence`;
  return failed(
    name,
    "silence",
    `${own.silent + own.garbled} of ${own.reads} reads fail after ${usual}, and hardly any after ${plentyMilliseconds} ms`,
    `It needs more silence before each request: set minimumGapMilliseconds: ${plentyMilliseconds} for it in the site file, or less as far as it bears it.`,
  );
}
