/** Bench of a Firmata board: how soon a hang, an unplugged cable and a reset are noticed, and how soon all is well again. */
import { openFirmataBoard } from "../../src/drivers/firmata/board.ts";
import type { PointDriver } from "../../src/model/driver.ts";
import { clock, type FarBoard, startFarBoard, unoTank } from "../../test/drivers/firmata/rig.ts";
import { waitFor } from "../../test/waiting.ts";
import { type Bench, type Mark, median, printMarks, printTable, writeResult } from "./words.ts";

/** Any point of a board that has stopped must be bad by then [ms]. Source: the demand. */
const noticedMilliseconds = 2000;
const rounds = 7;
const deadlineMilliseconds = 15_000;
/** R/R25 of EPCOS characteristic 8016 at 40 °C, times 10 kΩ. */
const thermistorOhms = 5327;

export const bench: Bench = {
  summary: "a Firmata board that hangs, is unplugged, is reset: how soon it is noticed, and how soon it is back",
  run: async () => {
    const far = await startFarBoard({ input0Ohms: thermistorOhms, d4Level: 1, d5Level: 1 });
    const driver = openFirmataBoard(unoTank(far.port), clock);
    driver.start();
    try {
      return await measure(far, driver);
    } finally {
      await driver.stop();
      await far.stop();
    }
  },
};

interface Times {
  readonly noticed: number[];
  readonly back: number[];
}

async function measure(far: FarBoard, driver: PointDriver): Promise<boolean> {
  driver.command({ "tank-io/contactorClosed": 1, "tank-io/heartbeat": 1 });
  const times: Record<"hang" | "hangup" | "reset", Times> = {
    hang: { noticed: [], back: [] },
    hangup: { noticed: [], back: [] },
    reset: { noticed: [], back: [] },
  };
  for (let round = 0; round < rounds; round += 1)
    for (const [fault, taken] of Object.entries(times)) {
      await whole(driver);
      // Not in step with the polls.
      const pause = performance.now() + (round * 500) / rounds;
      await waitFor(() => performance.now() > pause, { within: 1000, what: "the pause" });
      const from = performance.now();
      far.fault(fault, true);
      await until(() => Object.values(driver.readings()).every(({ quality }) => quality === "bad"), `${fault} noticed`);
      taken.noticed.push(performance.now() - from);
      const mended = performance.now();
      if (fault !== "reset") far.fault(fault, false);
      await whole(driver);
      taken.back.push(performance.now() - (fault === "reset" ? from : mended));
    }
  const figures = (list: readonly number[]): string[] =>
    [median(list), Math.max(...list)].map((each) => each.toFixed(0));
  const rows = Object.entries(times).map(([fault, { noticed, back }]) => [
    fault,
    ...figures(noticed),
    ...figures(back),
  ]);
  console.log(`Uno with StandardFirmata 2.4, ${rounds} times each; every point bad, and every point good again [ms]`);
  printTable(["fault", "noticed", "at most", "back", "at most"], rows);
  writeResult("firmata", times);
  const marks: Mark[] = Object.entries(times).map(([fault, { noticed }]) => ({
    text: `${fault}: every point bad within ${noticedMilliseconds} ms, at most ${Math.max(...noticed).toFixed(0)} ms`,
    met: Math.max(...noticed) <= noticedMilliseconds,
  }));
  return printMarks(marks);
}

function whole(driver: PointDriver): Promise<unknown> {
  const allGood = (): boolean => Object.values(driver.readings()).every(({ quality }) => quality === "good");
  return until(allGood, "every point good");
}

function until(condition: () => boolean, what: string): Promise<unknown> {
  return waitFor(condition, { within: deadlineMilliseconds, what });
}
