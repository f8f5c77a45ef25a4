/** Polls give way to a command: while it is on its way the machine, which has few connections, is asked nothing else. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createMinerLink } from "../../../src/drivers/miners/link.ts";
import { waitFor } from "../../waiting.ts";
import { clock, quickShared } from "./far-end.ts";

const test = suite("polls that give way");

const pollMilliseconds = 400;
const timing = { pollMilliseconds, followUpMilliseconds: 1_000, postReplyMilliseconds: 20_000 };

const summary = {
  Hostname: "m",
  Software: "PowerPlay-BMS v1.5.13",
  "Power Supply Stats": { "Input Power": 3300 },
  Session: { Uptime: 100 },
  Status: { "Operating State": "Mining" },
  HBs: [{ Index: 0, Hashrate: [1e8, 100, 0.8], Temperature: 50 }],
};

/** An ePIC machine that holds every command until it is released. */
async function openMachine() {
  const reads: number[] = [];
  const held: ServerResponse[] = [];
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      if (request.method === "POST") return void held.push(response);
      if (request.url === "/summary") reads.push(clock.now());
      response.end(JSON.stringify(request.url === "/summary" ? summary : {}));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    reads,
    held,
    close: () => {
      for (const response of held) response.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

test("a poll that is due while a command is on its way waits for a whole period", async () => {
  const machine = await openMachine();
  const { port, reads, held } = machine;
  const shared = quickShared(timing);
  const place = { name: "m", model: "", host: "127.0.0.1", port, webPort: null, tank: "", branch: "", phase: null };
  const login = { user: "root", password: "secret" };
  const link = createMinerLink({ ...place, credentials: "" }, { dialect: "epic" }, login, clock, shared);
  link.start();
  try {
    const sinceRead = (): number => clock.now() - (reads.at(-1) ?? Number.NaN);
    // The third and later ones come 0.95 to 1.05 periods after the one before: neither under way at this moment, nor due for a whole period.
    const between = (): boolean =>
      reads.length >= 3 && sinceRead() > 0.5 * pollMilliseconds && sinceRead() < 0.8 * pollMilliseconds;
    await waitFor(between, { within: 15_000, what: () => `a moment between two of the reads ${reads.join(", ")}` });
    const before = reads.length;
    const toldAt = clock.now();
    link.target({ mode: "sleep" });
    await waitFor(() => reads.length > before, { within: 5_000, what: "the next read" });
    assert.is(held.length, 1, "the command is on its way");
    // A timer counts whole milliseconds.
    assert.ok((reads[before] ?? 0) - toldAt >= pollMilliseconds - 2, `read ${(reads[before] ?? 0) - toldAt} ms after`);
  } finally {
    await link.stop();
    await shared.stop();
    machine.close();
  }
});

test.run();
