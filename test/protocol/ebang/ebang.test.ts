/** Ebang: figures inside texts. No reply of it is recorded with a licence that lets us keep it; the shapes are documented ones. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  decodeEbangDetails,
  decodeEbangIdentity,
  encodeLogin,
  observeEbang,
} from "../../../src/protocol/ebang/messages.ts";

const test = suite("ebang");

const system = {
  status: 1,
  feedback: {
    productname: "DWM_BTC1000",
    systemsoftwareversion: "soft_v9.0.0.1",
    devicefan: 5400,
    devicefan2: 0,
    device1temp: "61,56|54,50",
    device2temp: "57,52",
    device3temp: 0,
    device4temp: 63,
  },
};
const status = (rate: string): { feedback: Record<string, string> } => ({
  feedback: { fivesecfigure: rate, averfigure: "11.9T", worktime: "100:5:7", cgminerstatus: "stratum+tcp://a:1" },
});

test("rates, temperatures and durations are read out of texts; no watts are unknown watts", () => {
  assert.equal(observeEbang(status("12.10T"), system), {
    mode: "hashing",
    setting: "run",
    powerSource: "unknown",
    hashrateTerahashesPerSecond: 12.1,
    boardCelsius: 63,
    uptimeSeconds: 360307,
  });
  assert.is(observeEbang(status("850G"), system)?.hashrateTerahashesPerSecond, 0.85);
  assert.is(observeEbang(status("12.1X"), system)?.hashrateTerahashesPerSecond, undefined);
  assert.is(observeEbang(status("0"), system)?.mode, "stopped");
  assert.is(observeEbang(status("0"), system)?.setting, "unknown");
  assert.is(observeEbang({}, system), undefined);
});

test("fans and pools for a person; the login is the form of its page", () => {
  const details = decodeEbangDetails(status("12T"), system, { feedback: { Mip1: "stratum+tcp://a:1", Mip2: "" } });
  assert.equal(details.fansRevolutionsPerMinute, [5400]);
  assert.equal(details.pools, [{ url: "stratum+tcp://a:1", state: "in use" }]);
  assert.is(details.averageTerahashesPerSecond, 11.9);
  assert.is(decodeEbangIdentity(system).model, "DWM_BTC1000");
  assert.is(encodeLogin("u", "p&q"), "username=u&word=p%26q&yuyan=1&login=Login&get_password=");
});

test("what its pages leave out is unknown", () => {
  const bare = observeEbang({ feedback: {} }, { feedback: { productname: "E" } });
  assert.equal(bare, { mode: "unknown", setting: "unknown", powerSource: "unknown" });
  assert.is(observeEbang(status("12T"), { feedback: {} }), undefined);
  assert.equal(decodeEbangIdentity({ feedback: {} }), { make: "Ebang", model: "unknown", firmware: "unknown" });
});

test.run();
