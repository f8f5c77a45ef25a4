/** One HTTP exchange over real sockets: connections kept between requests, and what happens when the machine has closed one. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { exchangeHttp, type HttpRequest, KeptConnection } from "../../../src/drivers/miners/http-exchange.ts";
import { waitFor } from "../../waiting.ts";

const test = suite("http exchange");

const deadlines = { connectMilliseconds: 1_000, replyMilliseconds: 1_000 };
const never = new AbortController().signal;
const reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/** `answer` is asked for each request with the number of its connection, from 1; null closes the connection. */
async function serve(answer: (connection: number) => string | null) {
  let connections = 0;
  let requests = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    connections += 1;
    const mine = connections;
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", () => {
      requests += 1;
      const text = answer(mine);
      if (text === null) socket.destroy();
      else socket.write(text);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    counts: () => ({ connections, requests }),
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const asked = (port: number, kept?: KeptConnection, method: "GET" | "POST" = "GET"): HttpRequest => ({
  host: "127.0.0.1",
  port,
  method,
  path: "/",
  authorization: undefined,
  body: method === "POST" ? "{}" : undefined,
  ...(kept === undefined ? {} : { kept }),
});

test("requests one after the other share a kept connection, which is closed soon after the last", async () => {
  const machine = await serve(() => reply);
  const kept = new KeptConnection();
  for (let round = 0; round < 3; round += 1)
    assert.ok((await exchangeHttp(asked(machine.port, kept), deadlines, never)).ok);
  assert.equal(machine.counts(), { connections: 1, requests: 3 });
  await waitFor(() => machine.sockets.size === 0, { within: 2_000, what: "the end of the kept connection" });
  machine.close();
});

test("without one each request has its own, closed at once; so where the machine says close", async () => {
  const machine = await serve(() => reply);
  for (let round = 0; round < 2; round += 1) assert.ok((await exchangeHttp(asked(machine.port), deadlines, never)).ok);
  assert.is(machine.counts().connections, 2);
  machine.close();
  const closing = await serve(() => reply.replace("\r\n", "\r\nConnection: close\r\n"));
  const kept = new KeptConnection();
  for (let round = 0; round < 2; round += 1) await exchangeHttp(asked(closing.port, kept), deadlines, never);
  assert.is(closing.counts().connections, 2);
  closing.close();
});

test("a GET that meets a connection just closed is asked again on a new one; a POST is not", async () => {
  for (const method of ["GET", "POST"] as const) {
    let answered = 0;
    const machine = await serve((connection) => {
      answered += 1;
      return connection === 1 && answered > 1 ? null : reply;
    });
    const kept = new KeptConnection();
    assert.ok((await exchangeHttp(asked(machine.port, kept), deadlines, never)).ok);
    const second = await exchangeHttp(asked(machine.port, kept, method), deadlines, never);
    assert.is(second.ok, method === "GET");
    assert.equal(
      machine.counts(),
      method === "GET" ? { connections: 2, requests: 3 } : { connections: 1, requests: 2 },
    );
    machine.close();
  }
});

test("a password with a line end makes no header of its own", async () => {
  let received = "";
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      received += chunk.toString();
      socket.end(reply);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await exchangeHttp({ ...asked(port), authorization: "Bearer a\r\nX-Evil: 1" }, deadlines, never);
  server.close();
  assert.not.match(received, /^X-Evil/m);
});

test.run();
