import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodePoint, widthOf } from "../../src/protocol/modbus/registers.ts";
import { boardLibrary } from "../../src/site/boards.ts";
import type { Finding } from "../../src/site/problem.ts";
import { type DeviceFile, resolveDevice } from "../../src/site/resolve-device.ts";
import { changed, loadText, testBoards } from "./site-under-test.ts";

const test = suite("devices of a site");
const library = boardLibrary(testBoards);

function resolved(board: string, more: Partial<DeviceFile> = {}) {
  const found = library.modbus(board);
  assert.ok(found.ok, board);
  const findings: Finding[] = [];
  const device = { name: "device", board, address: 1, invert: false, ratio: 1, ...more };
  const site = resolveDevice(device, found.value, "", findings);
  assert.equal(findings, []);
  return site;
}

function pointsOf(more: Partial<DeviceFile>) {
  const { points } = resolved("settling-meter", more);
  return new Map(points.map((point) => [point.name.replace("device/", ""), point]));
}

test("transformer ratios multiply what passes through them: current, voltage, and power and energy by both", () => {
  const points = pointsOf({ ratio: 40, voltageRatio: 100 });
  const scales = ["voltage1Volts", "current1Amperes", "powerWatts", "apparentPowerVoltAmperes", "frequencyHertz"].map(
    (name) => points.get(name)?.scale,
  );
  assert.equal(scales, [10, 0.04, 400, 400, 0.1]);
  assert.is(points.get("energyImportWattHours")?.scale, 400_000);
  assert.equal([points.get("powerWatts")?.minimum, points.get("powerWatts")?.maximum], [-4_000_000, 20_000_000]);
});

test("reversed transformers turn power and its bounds, leave apparent power, and exchange the counters", () => {
  const points = pointsOf({ invert: true });
  assert.equal([points.get("powerWatts")?.scale, points.get("apparentPowerVoltAmperes")?.scale], [-0.1, 0.1]);
  assert.equal([points.get("powerWatts")?.minimum, points.get("powerWatts")?.maximum], [-5000, 1000]);
  const energy = points.get("energyImportWattHours");
  assert.equal([energy?.address, energy?.scale], [22, 100]);
  // There is no counter of the other direction for the phase: it counts nothing, and is not read.
  assert.is(points.has("energyImport1WattHours"), false);
});

test("details are read where the site asks for them", () => {
  assert.is(pointsOf({}).has("energyExportWattHours"), false);
  const points = pointsOf({ also: ["quality"] });
  assert.equal([points.get("quality")?.mask, points.has("energyExportWattHours")], [0x0ff0, false]);
  assert.ok(points.has("powerWatts"));
});

test("a correction is added to what the scaling makes", () => {
  const channel = {
    point: "input3Milliamperes",
    name: "flowLitersPerMinute",
    scaling: { from: [4, 20] as [number, number], to: [0, 160] as [number, number] },
    correction: -2,
  };
  const [flow] = resolved("plain-inputs", { channels: [channel] }).points;
  assert.ok(flow);
  // 12 mA are 80 l/min, less 2.
  assert.ok(Math.abs(12_000 * flow.scale + flow.offset - 78) < 1e-9);
});

test("what a site says of its wiring comes through to the value: loops rising, falling and corrected, ratios, a turned transformer", () => {
  const scaled = (to: [number, number], correction = 0) => ({
    point: "input3Milliamperes",
    name: "levelPercent",
    scaling: { from: [4, 20] as [number, number], to },
    correction,
  });
  const values = (to: [number, number], correction: number, raws: readonly number[]) => {
    const [level] = resolved("plain-inputs", { channels: [scaled(to, correction)] }).points;
    assert.ok(level);
    return raws.map((raw) => {
      const decoded = decodePoint(level, Uint8Array.of(raw >> 8, raw & 0xff), level.address);
      return decoded.ok ? Math.round(1e6 * decoded.value) / 1e6 : decoded.fault;
    });
  };
  const raws = [4000, 8000, 12_000, 20_000, 3000, 0];
  assert.equal(values([0, 160], 0, raws), [0, 40, 80, 160, "broken-sensor", "broken-sensor"]);
  assert.equal(values([160, 0], 0, raws), [160, 120, 80, 0, "broken-sensor", "broken-sensor"]);
  assert.equal(values([-50, 150], -2.5, raws), [-52.5, -2.5, 47.5, 147.5, "broken-sensor", "broken-sensor"]);
  const watts = pointsOf({ ratio: 40, invert: true }).get("powerWatts");
  assert.ok(watts);
  const words = Uint8Array.of(0xff, 0xff, 0xfc, 0x18);
  assert.equal(decodePoint(watts, words.subarray(4 - 2 * widthOf(watts.type)), watts.address), {
    ok: true,
    value: 4000,
  });
});

test("identity, requirements and serial number are those of the board", () => {
  const { identity, requirements, serialNumber, discovery } = resolved("settling-meter");
  assert.equal([identity.length, identity[0]?.expected[0]?.raw, identity[0]?.certain], [1, "0020", true]);
  assert.equal([requirements.length, requirements[0]?.address, requirements[0]?.certain], [1, 501, false]);
  assert.equal(serialNumber, { model: null, function: 3, address: 510, registers: 2, type: "number" });
  assert.is(discovery, null);
});

test("a channel brings the setting it needs", () => {
  const found = boardLibrary(new URL("../../../boards/", import.meta.url).pathname).modbus("waveshare-ai8");
  assert.ok(found.ok);
  const channels = [{ point: "input5Milliamperes", name: "loopMilliamperes" }];
  const device = { name: "loops", board: "waveshare-ai8", address: 1, invert: false, ratio: 1, channels };
  const { requirements } = resolveDevice(device, found.value, "", []);
  assert.equal(
    requirements.map(({ address, expected }) => [address, expected[0]?.raw]),
    [[0x1004, "0003"]],
  );
});

test("a drive's control words and references are ready to write, as the board scales them", () => {
  const { points, setpoints } = resolved("plain-drive", {
    ratio: 2,
    setpoints: [{ point: "speedReferencePercent", value: 80 }],
  });
  const run = points.find(({ name }) => name === "device/run");
  assert.equal(run?.writeWords, { on: [6, 15], off: [6], pauseMilliseconds: 100 });
  assert.equal([setpoints[0]?.value, setpoints[0]?.point.scale, setpoints[0]?.point.address], [80, 0.005, 1]);
});

test("a SunSpec device says where its map begins", () => {
  const { discovery, points } = resolved("found-meter");
  assert.equal(discovery?.bases, [40_000, 0]);
  assert.equal([points[0]?.address, points[0]?.scaleFactorAddress], [18, 22]);
});

test("settlement energy is told with what one count is worth", () => {
  const meter = "board: settling-meter, address: 1, ratio: 40";
  const loaded = loadText(
    changed(
      ["board: plain-meter, address: 1, pollMilliseconds: 200", meter],
      ["version: 1\n", "version: 1\nsettlementEnergy: feeder-meter/energyImportWattHours\n"],
    ),
  );
  assert.ok(loaded.ok, loaded.ok ? "" : JSON.stringify(loaded.error));
  const expected = { point: "feeder-meter/energyImportWattHours", device: "feeder-meter", resolutionWattHours: 4000 };
  assert.equal(loaded.value.settlementEnergy, expected);
});

test.run();
