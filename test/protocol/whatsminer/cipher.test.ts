/** Tokens and encryption against the manual's own example. */

import { execFileSync } from "node:child_process";
import { createCipheriv } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decryptData, deriveKey, deriveToken, encryptCommand } from "../../../src/protocol/whatsminer/cipher.ts";
import { md5crypt } from "../../../src/protocol/whatsminer/md5crypt.ts";
import { saltedPassword } from "../../../src/sim/wires/miners/crypt.ts";

const test = suite("whatsminer cipher");

const salts = { time: "5626", salt: "BQ5hoXV9", newsalt: "jbzkfQls" };
const token = deriveToken(deriveKey("admin", salts.salt), salts);

test("the vector of `openssl passwd -1`, the manual's own command", () => {
  assert.is(deriveKey("admin", salts.salt), "RxmaDUO33TS7O26yeMHZ81");
  assert.is(token.sign, "w.BNbkCV6n1aNWgiBWLzT/");
  assert.is(token.aesKey, "199e0a202039bb7b558db7a54697dca29cb278055b7e659a127fb844d5a2fbf6");
});

test("time counts with its last four characters", () => {
  assert.equal(deriveToken("RxmaDUO33TS7O26yeMHZ81", { ...salts, time: "1795395626" }), token);
});

test("the encrypted power_off of the vector, byte for byte", () => {
  assert.equal(JSON.parse(encryptCommand(token, { cmd: "power_off", respbefore: "true" }).toString()), {
    enc: 1,
    data: "ztIn8gXGbnM4QY3NTovpapmN9lmZbn718Sv0yvT4EP+KXFGGd1/8W8Rd+M61MiIBF8cXNtygJM7TJT/m6MQzfDD3SneVLmG9HaIgBQB0if8=",
  });
});

test("md5crypt agrees with openssl and with the far end's own, for short and long passwords", () => {
  for (const password of ["a", "admin", "sixteen-letters!", "a password of more than sixteen letters"]) {
    for (const salt of ["x", "BQ5hoXV9"]) {
      const ours = md5crypt(password, salt);
      assert.is(saltedPassword(password, salt), ours);
      assert.is(
        execFileSync("openssl", ["passwd", "-1", "-salt", salt, password]).toString().trim().split("$")[3],
        ours,
      );
    }
  }
});

test("both paddings are taken off", () => {
  const seal = (bytes: Buffer, padding: boolean): string => {
    const cipher = createCipheriv("aes-256-ecb", Buffer.from(token.aesKey, "hex"), null).setAutoPadding(padding);
    return Buffer.concat([cipher.update(bytes), cipher.final()]).toString("base64");
  };
  for (const text of ['{"STATUS":"S"}', '{"STATUS":"S"}\n\n', '{"long":"0123456789abcdef0123456"}']) {
    const zeros = Buffer.alloc(Math.ceil(text.length / 16) * 16);
    zeros.write(text);
    const fromZeros = decryptData(token, seal(zeros, false));
    assert.is(fromZeros.ok && fromZeros.value.toString(), text);
    const fromPkcs = decryptData(token, seal(Buffer.from(text), true));
    assert.is(fromPkcs.ok && fromPkcs.value.toString(), text);
  }
});

test("one message after the other goes through the same token as each would alone", () => {
  const commands = [{ cmd: "power_off", respbefore: "true" }, { cmd: "set_led", param: "auto" }, { cmd: "power_on" }];
  const sealed = commands.map((command) => String(JSON.parse(encryptCommand(token, command).toString()).data));
  for (const [index, data] of sealed.entries()) {
    const alone = { ...token };
    assert.is(JSON.parse(encryptCommand(alone, commands[index] ?? {}).toString()).data, data);
    for (const other of [...sealed, data]) {
      const [opened, openedAlone] = [decryptData(token, other), decryptData({ ...token }, other)];
      assert.ok(opened.ok && openedAlone.ok && opened.value.equals(openedAlone.value));
    }
  }
});

test("what is not whole blocks is refused", () => {
  for (const data of ["", "AAAA", "!!!!"]) assert.is(decryptData(token, data).ok, false);
});

test.run();
