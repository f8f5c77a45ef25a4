/** Process of one client of the miners' bench: does the phases it is told and says what each cost. */
import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { median } from "../words.ts";
import { openProbe } from "./probe.ts";
import { openWeir } from "./weir.ts";
import type { Measured, MinersClient, Outcome, Phase, ToClient } from "./work.ts";

let sockets = 0;
let open = 0;
let openAtOnce = 0;
subscribe("net.client.socket", (message) => {
  sockets += 1;
  open += 1;
  openAtOnce = Math.max(openAtOnce, open);
  (message as { socket: Socket }).socket.once("close", () => {
    open -= 1;
  });
});

let client: MinersClient | null = null;
let names: readonly string[] = [];

async function measure(phase: Phase, apart: ReadonlySet<string>, silent: boolean): Promise<Measured> {
  sockets = 0;
  openAtOnce = open;
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const all = client?.act(phase) ?? [];
  const isOther = (_: unknown, index: number): boolean => !apart.has(names[index] ?? "");
  const waitedFor = silent ? all.filter(isOther) : all;
  const results = await Promise.all(waitedFor);
  const { user, system } = process.cpuUsage(cpuBefore);
  const seconds = (outcomes: readonly Outcome[]): readonly number[] =>
    outcomes.map(({ at }) => (at - startedAt) / 1000);
  const others = seconds(silent ? results : results.filter(isOther));
  return {
    wallSeconds: Math.max(...seconds(results)),
    cpuSeconds: (user + system) / 1e6,
    othersLastSeconds: Math.max(...others),
    othersMiddleSeconds: median(others),
    done: results.filter(({ done }) => done).length,
    sockets,
    socketsAtOnce: openAtOnce,
    residentMegabytes: process.memoryUsage().rss / 2 ** 20,
  };
}

async function obey(message: ToClient): Promise<Measured | null> {
  switch (message.type) {
    case "setup":
      names = message.machines.map(({ name }) => name);
      client = process.argv[2] === "probe" ? openProbe(message.machines) : openWeir(message.machines);
      return null;
    case "warm":
      await client?.warm();
      return null;
    case "phase":
      return await measure(message.phase, new Set(message.apart), message.silent);
    case "stop":
      await client?.stop();
      return null;
  }
}

process.on("message", (message: ToClient) => {
  obey(message).then(
    (answer) => process.send?.({ answer }, () => (message.type === "stop" ? process.exit(0) : undefined)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
