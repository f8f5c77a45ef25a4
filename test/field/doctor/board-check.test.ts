import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkFirmata } from "../../../src/field/doctor/board-check.ts";
import { startFarBoard, unoTank } from "../../drivers/firmata/rig.ts";

const test = suite("the doctor's look at a Firmata board");

test("a board with the firmware is alive; one that hangs, or is not there, is told", async () => {
  const board = await startFarBoard({});
  try {
    const site = unoTank(board.port);
    const [alive] = await checkFirmata(site);
    assert.is(alive?.verdict, "pass");
    assert.match(alive?.found ?? "", /^speaks Firmata 2\.\d+ on /);
    assert.equal(
      Object.entries(board.effects()).filter(([, level]) => level !== 0),
      [],
      "no output is driven high",
    );
    board.fault("hang", true);
    const [hung] = await checkFirmata(site);
    assert.match(
      `${hung?.verdict} ${hung?.found} ${hung?.remedy}`,
      /^fail nothing speaks Firmata on .* Check that the board has power/,
    );
  } finally {
    await board.stop();
  }
  const [missing] = await checkFirmata(unoTank("/nowhere/port"));
  assert.match(`${missing?.verdict} ${missing?.found}`, /^fail \/nowhere\/port does not exist\./);
});

test.run();
