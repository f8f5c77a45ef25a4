/** Which points of a site are judged, and in which range. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { judgedPoints } from "../../src/control/judged-points.ts";
import { buildSite } from "../../src/sim/closed-loop/build-site.ts";
import { smallScenario } from "../sim/closed-loop/small-container.ts";

const test = suite("judged points");

test("a point is judged in the range of its device; one without a range may have any finite value", () => {
  const { builder } = smallScenario(1, []).site;
  if (builder === undefined) throw new Error("no builder");
  const site = buildSite(builder);
  const flow = "ai/tank1FlowLitersPerMinute";
  const boundless = {
    ...site,
    lines: site.lines.map((line) => ({
      ...line,
      devices: line.devices.map((device) => ({
        ...device,
        points: device.points.map((point) =>
          point.name === flow ? { ...point, minimum: null, maximum: null } : point,
        ),
      })),
    })),
  };
  const rangeOf = (of: typeof site) => judgedPoints(of).find(({ name }) => name === flow);
  assert.is(rangeOf(site)?.minimum, 0);
  assert.ok((rangeOf(site)?.maximum ?? 0) < 10_000);
  assert.is(rangeOf(boundless)?.minimum, -Number.MAX_VALUE);
  assert.is(rangeOf(boundless)?.maximum, Number.MAX_VALUE);
});

test.run();
