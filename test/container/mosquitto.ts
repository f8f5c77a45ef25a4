/** A real broker by others for the tests: Debian's mosquitto on a loopback port. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { waitFor } from "../waiting.ts";
import { dyingWithThis } from "./dying-with-this.ts";

export interface Mosquitto {
  readonly url: string;
  kill(): Promise<void>;
  /** Again on the same port; what was retained is gone, as nothing is kept on disk. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Debian puts it outside a user's PATH. */
const program = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"].find(existsSync) ?? "mosquitto";

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port to be had");
  return address.port;
}

function isReachable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => socket.destroy());
    socket.once("error", () => resolve(false));
    socket.once("close", (hadError) => resolve(!hadError));
  });
}

/** Starts it with its files in `folder`; resolves once it accepts connections. */
export async function startMosquitto(folder: string): Promise<Mosquitto> {
  const port = await freePort();
  const configuration = join(folder, "mosquitto.conf");
  writeFileSync(configuration, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_type none\n`);
  let child: ChildProcess | null = null;
  const end = async (signal: "SIGKILL" | "SIGTERM"): Promise<void> => {
    const ending = child;
    child = null;
    if (ending === null) return;
    ending.kill(signal);
    const isEnded = (): boolean => ending.exitCode !== null || ending.signalCode !== null;
    await waitFor(isEnded, { within: 5_000, what: "end of mosquitto" });
  };
  const start = async (): Promise<void> => {
    const [command = "", ...parameters] = dyingWithThis([program, "-c", configuration]);
    child = spawn(command, parameters, { stdio: ["ignore", "ignore", "inherit"] });
    child.on("error", () => {});
    await waitFor(() => isReachable(port), { within: 5_000, what: `${program} (install it: apt install mosquitto)` });
  };
  await start();
  return { url: `mqtt://127.0.0.1:${port}`, start, kill: () => end("SIGKILL"), stop: () => end("SIGTERM") };
}
