import { suite } from "uvu";
import * as assert from "uvu/assert";
import { addressesOf } from "../../src/site/addresses.ts";

const test = suite("addresses of machines");

test("addresses: single, range, subnet, several; refused where they are none or too many", () => {
  assert.equal(addressesOf("10.0.0.7"), ["10.0.0.7"]);
  assert.equal(addressesOf("10.0.0.254-10.0.1.1"), ["10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1"]);
  assert.equal(addressesOf("10.0.0.5/30, 10.0.0.6"), ["10.0.0.5", "10.0.0.6"]);
  assert.is(addressesOf("10.0.0.0/22")?.length, 1_022);
  for (const text of ["", "miner.local", "10.0.0.256", "10.0.0.2-10.0.0.1", "10.0.0.0/21", "10.0.0.0/33", "1.2.3"])
    assert.is(addressesOf(text), null, text);
});

test("IPv6 is refused in every form, also where it ends in an IPv4 address", () => {
  for (const text of ["fe80::1", "::ffff:10.0.0.7", "fe80::1-fe80::9", "fe80::/120", "10.0.0.1-::1", "10.0.0.1, ::1"])
    assert.is(addressesOf(text), null, text);
});

test.run();
