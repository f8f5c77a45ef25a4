/** Rules of the grid's frequency: a response needs a transducer that is named to be fast enough, and stages that make sense. */
import { checkPointUse, type SiteContext, type SiteRule } from "../context.ts";
import { pointerOf } from "../document.ts";
import type { Finding } from "../problem.ts";

/** Slower than this no response is worth its name [ms]. Source: grid-and-safety 1.2: local response only where the meter gives the frequency at 10 Hz or more. */
const slowestMilliseconds = 100;

export const gridFrequency: SiteRule = (context) => {
  const { file } = context;
  const { frequency } = file;
  if (frequency === undefined) return [];
  const findings: Finding[] = [];
  if (frequency.relay !== undefined)
    findings.push(
      ...checkPointUse(context, frequency.relay.clear, "/frequency/relay/clear", { output: false, unit: null }),
    );
  const { response } = frequency;
  if (response === undefined) return findings;
  const unfit = checkPointUse(context, response.point, "/frequency/response/point", { output: false, unit: "Hz" });
  findings.push(...(unfit.length > 0 ? unfit : tooSlow(context, response.point)));
  if (file.generator !== undefined)
    findings.push({
      pointer: "/frequency/response",
      found: "a generator of the site's own",
      expected: "the stages of `generator.frequency`: off the grid nobody else holds the frequency",
      remedy: "leave one of the two out",
    });
  findings.push(...stageFindings(response));
  if (response.headroomWatts >= file.ratedWatts)
    findings.push({
      pointer: "/frequency/response/headroomWatts",
      found: `${response.headroomWatts} W`,
      expected: `below ratedWatts, ${file.ratedWatts} W: nothing would be left to run with`,
      remedy: "lower it",
    });
  return findings;
};

/** Refresh of the transducer, and how often weir reads it. */
function tooSlow({ file, wires, board }: SiteContext, name: string): Finding[] {
  const pointer = "/frequency/response/point";
  const [device = "", point = ""] = name.split("/");
  const devices = file.lines.flatMap((line) => line.devices);
  const boardName = devices.find((candidate) => candidate.name === device)?.board;
  const refresh = board(boardName ?? "")?.points.find((candidate) => candidate.name === point)?.refreshMilliseconds;
  const poll = wires.lines
    .flatMap((line) => line.devices.flatMap(({ points }) => points))
    .find((candidate) => candidate.name === name)?.pollMilliseconds;
  if (refresh === undefined || refresh > slowestMilliseconds)
    return [
      {
        pointer,
        found:
          refresh === undefined
            ? `${name}, whose board ${boardName ?? device} names no refresh`
            : `${name}, which is measured anew every ${refresh} ms`,
        expected: `a transducer whose maker names a refresh of ${slowestMilliseconds} ms or less`,
        remedy: "name `refreshMilliseconds` in its board file with the manual's page, or use a frequency transducer",
      },
    ];
  if (poll === undefined || poll <= slowestMilliseconds) return [];
  return [
    {
      pointer,
      found: `${name}, read every ${poll} ms`,
      expected: `read every ${slowestMilliseconds} ms or less`,
      remedy: `set pollMilliseconds: ${slowestMilliseconds} for ${device}, on a line of its own`,
    },
  ];
}

function stageFindings({
  stages,
  restoreAboveHertz,
  nominalHertz,
  deadbandHertz,
}: NonNullable<NonNullable<SiteContext["file"]["frequency"]>["response"]>): Finding[] {
  const findings: Finding[] = [];
  stages.forEach((stage, index) => {
    const before = stages[index - 1];
    if (before === undefined || (stage.belowHertz < before.belowHertz && stage.keepRatio < before.keepRatio)) return;
    findings.push({
      pointer: pointerOf("frequency", "response", "stages", index),
      found: `below ${stage.belowHertz} Hz keeps ${stage.keepRatio}`,
      expected: `below ${before.belowHertz} Hz and less than ${before.keepRatio}, the stage before it`,
      remedy: "order the stages from the mildest to the hardest",
    });
  });
  const highest = stages.reduce((most, { belowHertz }) => Math.max(most, belowHertz), 0);
  const lowest = nominalHertz - deadbandHertz;
  const restore = restoreAboveHertz ?? lowest;
  if (highest >= restore || restore > nominalHertz)
    findings.push({
      pointer: restoreAboveHertz === undefined ? "/frequency/response/stages" : "/frequency/response/restoreAboveHertz",
      found: `${restore} Hz`,
      expected: `above every stage, ${highest} Hz, and at most ${nominalHertz} Hz`,
      remedy: "correct the stages or where they end",
    });
  return findings;
}
