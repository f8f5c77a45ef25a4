/** Bench of the hard case: how long until the meters show a tenth when machines answer slowly, or not with their power. */
import { parseArgs } from "node:util";
import { takeAddressBlock } from "./miners/addresses.ts";
import { hardMark, measureHardCase, printHardCase } from "./miners/hard-case.ts";
import { machinesOf } from "./miners/work.ts";
import { type Bench, printMarks, writeResult } from "./words.ts";

export const bench: Bench = {
  summary:
    "[--machines N] [--json]: sheds machines that answer late or never drop, with the real core up to the contactors",
  run: async (parameters) => {
    const options = {
      machines: { type: "string", default: "300" },
      json: { type: "boolean", default: false },
    } as const;
    const { values } = parseArgs({ args: [...parameters], options });
    const block = await takeAddressBlock();
    const machines = machinesOf(Number(values.machines), block.prefix);
    const cases = [await measureHardCase("trip", machines), await measureHardCase("order", machines)];
    await block.giveBack();
    const marks = cases.map(hardMark);
    if (values.json) console.log(JSON.stringify({ cases, marks }));
    else {
      for (const hard of cases) printHardCase(hard);
      printMarks(marks);
      writeResult("miners-hard", { cases, marks });
    }
    return marks.every(({ met }) => met);
  },
};
