/** Points and devices for the tests of the Modbus protocol. */
import type { DeviceSite, PointSite } from "../../../src/model/site.ts";

export function point(more: Partial<PointSite>): PointSite {
  return {
    name: "device/value",
    function: 4,
    address: 0,
    type: "uint16",
    wordOrder: "high-first",
    mask: null,
    decoding: "plain",
    scaleFactorAddress: null,
    scale: 1,
    offset: 0,
    minimum: null,
    maximum: null,
    invalid: [],
    rawMinimum: null,
    rawMaximum: null,
    pollMilliseconds: 1000,
    writeFunction: null,
    writeWords: null,
    ...more,
  };
}

export function device(points: readonly PointSite[], more: Partial<DeviceSite> = {}): DeviceSite {
  return {
    name: "device",
    board: "board",
    address: 1,
    discovery: null,
    identity: [],
    requirements: [],
    serialNumber: null,
    setpoints: [],
    points,
    maximumRegisters: 60,
    alignmentRegisters: 1,
    minimumGapMilliseconds: 0,
    responseTimeoutMilliseconds: 200,
    averagingMilliseconds: 0,
    probe: null,
    ...more,
  };
}
