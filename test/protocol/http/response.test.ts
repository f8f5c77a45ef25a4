/** HTTP responses in any pieces: by length, by chunks, until the end; and what is refused. */
import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type HttpResponse, ResponseReader } from "../../../src/protocol/http/response.ts";

const test = suite("http response");

/** Pushes the text in pieces of the given size, then ends. */
const read = (text: string, piece = text.length): HttpResponse | "malformed" | "more" => {
  const reader = new ResponseReader();
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0; at < bytes.length; at += piece) {
    const progress = reader.push(bytes.subarray(at, at + piece));
    if (progress !== "more") return progress;
  }
  return reader.end();
};
const bodyOf = (text: string, piece?: number): string => {
  const response = read(text, piece);
  return typeof response === "string" ? response : response.body.toString("latin1");
};

/** The example of RFC 9112, section 7.1.3 and 7.1.2: extensions and trailers are left out of the body. */
const chunked =
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n5;a=b\r\npedia\r\nE\r\n in\r\n\r\nchunks.\r\n0\r\nX: y\r\n\r\n";

test("a body ends by its length, whatever follows", () => {
  const response = read("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest a\r\nContent-Length: 3\r\n\r\nabcdef");
  if (typeof response === "string") throw new Error(response);
  assert.is(response.status, 401);
  assert.equal(response.headers.get("www-authenticate"), ["Digest a"]);
  assert.is(response.body.toString(), "abc");
});

test("chunks in pieces of any size make the same body", () => {
  for (let piece = 1; piece <= chunked.length; piece += 1)
    assert.is(bodyOf(chunked, piece), "Wikipedia in\r\n\r\nchunks.", `pieces of ${piece}`);
});

test("without a length the end of the connection ends the body; bare line feeds are line ends", () => {
  assert.is(bodyOf("HTTP/1.0 200 OK\n\n{}"), "{}");
  assert.is(bodyOf("HTTP/1.1 204 No Content\r\n\r\n"), "");
});

test("a response ahead of the response is passed over", () => {
  assert.is(bodyOf("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 3), "ok");
});

test("a cut body, two lengths, a foreign coding, a folded or endless head are refused", () => {
  for (const text of [
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
    "STATUS=S,When=1|\n\n",
    `HTTP/1.1 200 OK\r\nX: ${"a".repeat(20_000)}\r\n\r\n`,
    `HTTP/1.1 200 OK\r\nX: ${"a".repeat(20_000)}`,
  ])
    assert.is(read(text), "malformed", text.slice(0, 60));
});

test("no bytes make it throw", () => {
  const head = fc.constantFrom("", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\n");
  void fc.assert(
    fc.property(head, fc.string({ unit: "binary-ascii" }), fc.integer({ min: 1, max: 9 }), (start, text, piece) => {
      read(start + text, piece);
    }),
  );
});

test.run();
