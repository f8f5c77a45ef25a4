/** The debug shell on a unix socket in the data folder: who may open the file may ask. */
import { createServer } from "node:net";
import type { ShellHost, ShellService } from "./host.ts";

/** Serves shell sessions on `path`; resolves once it may be reached, rejects when the path cannot be had. */
export async function serveShellSocket(path: string, host: ShellHost): Promise<ShellService> {
  const server = createServer((socket) => {
    socket.end(`${host.snapshot()?.container ?? "weir"}\r\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  return { stop: () => new Promise((resolve) => server.close(() => resolve())) };
}
