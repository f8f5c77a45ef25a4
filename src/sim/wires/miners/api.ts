/** The TCP side of a simulated machine: one request a connection, and the ways a real one answers badly. */
import { createServer, type Server, type Socket } from "node:net";
import type { Machine } from "./machine.ts";

/** Longest request a machine reads [bytes]. Choice. */
const longestRequest = 65_536;

/** Answers one request; undefined closes the connection without a reply. */
export type Answer = (
  request: Record<string, unknown>,
) => { readonly text: string; readonly delayMilliseconds: number } | undefined;

/** `single`: a second connection while one waits for its reply is closed at once, and counted. */
export function serveApi(machine: Machine, answer: Answer, sockets: Set<Socket>, single = false): Server {
  return createServer((socket) => {
    socket.on("error", () => socket.destroy());
    if (single && [...sockets].some((other) => !other.writableEnded && !other.destroyed)) {
      machine.overlapCount += 1;
      return void socket.destroy();
    }
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("utf8");
      if (text.length > longestRequest) return void socket.destroy();
      const request = parse(text);
      if (request === undefined) return;
      text = "";
      reply(socket, machine, answer(request));
    });
  });
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text.replaceAll("\0", "")) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function reply(socket: Socket, machine: Machine, answered: ReturnType<Answer>): void {
  if (machine.faults.has("no-reply")) return;
  if (answered === undefined || machine.faults.has("early-close")) return void socket.end();
  const send = (): void => {
    const text = damage(machine, answered.text);
    if (machine.faults.has("no-nul")) socket.write(text);
    else socket.end(`${text}\0`);
  };
  const delay = answered.delayMilliseconds + machine.replyMilliseconds;
  if (delay > 0) setTimeout(send, delay);
  else send();
}

function damage(machine: Machine, text: string): string {
  if (machine.faults.has("truncated")) return text.slice(0, Math.floor(text.length * 0.6));
  if (machine.faults.has("malformed"))
    return text
      .replace(/"(Chip Temp Avg|temp_max)":[\d.]+/, '"$1":nan')
      .replace(/'([^']*)'/, "\\'$1\\'")
      .replace(/}$/, ",}");
  return text;
}
