/** The debug shell on a unix socket in the data folder: who may open the file may ask. */
import { rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { userInfo } from "node:os";
import type { ShellHost, ShellService } from "./host.ts";
import { runSession, type Session, usualDrainMilliseconds } from "./session.ts";

/** Sessions at once; choice: a screen, a technician, a few programs. */
const mostSessions = 8;
/** A session without a word for so long is closed, so that forgotten ones do not keep others out [ms]; choice. */
const idleMilliseconds = 900_000;

/**
 * Serves shell sessions on `path`, readable and writable for the user of this process alone; resolves once it may be
 * reached, rejects when the path cannot be had. A socket nobody serves any more is replaced.
 */
export async function serveShellSocket(
  path: string,
  host: ShellHost,
  drainMilliseconds: number = usualDrainMilliseconds,
): Promise<ShellService> {
  const sessions = new Set<Session>();
  const user = nameOfUser();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (sessions.size >= mostSessions) {
      refuse(socket);
      return;
    }
    socket.setTimeout(idleMilliseconds, () => socket.destroy());
    const session = runSession(socket, host, {
      way: "socket",
      user,
      interactive: false,
      ascii: false,
      quits: true,
      drainMilliseconds,
    });
    sessions.add(session);
    void session.ended.then(() => sessions.delete(session));
  });
  if (!(await isServed(path))) rmSync(path, { force: true });
  await listen(server, path);
  return {
    stop: async () => {
      for (const session of sessions) session.stop();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function refuse(socket: Socket): void {
  socket.on("error", () => {});
  const error = `${mostSessions} sessions are open already; end one of them.`;
  socket.end(`${JSON.stringify({ command: null, ok: false, error, lines: [error] })}\r\n`, () => socket.destroy());
}

/** The file is made with its mode, not given it afterwards: nobody else can slip in between. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const before = process.umask(0o177);
    server.listen(path, resolve);
    process.umask(before);
  });
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the password file, as in some containers.
    return String(process.getuid?.() ?? "unknown");
  }
}
