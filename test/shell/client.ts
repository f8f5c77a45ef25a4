/** The other side of a shell session in tests: sends keys, remembers everything that came back. */
import { connect, type Socket } from "node:net";
import { waitFor } from "../waiting.ts";

export interface Client {
  readonly socket: Socket;
  send(keys: string): void;
  /** Everything received so far. */
  readonly text: () => string;
  /** Waits until the text contains it. */
  sees(part: string, within?: number): Promise<void>;
  readonly closed: () => boolean;
}

export async function openClient(path: string): Promise<Client> {
  const socket = connect(path);
  let text = "";
  let closed = false;
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    closed = true;
  });
  await waitFor(() => !socket.connecting, { within: 2000, what: `connection to ${path}` });
  return {
    socket,
    send: (keys) => void socket.write(Buffer.from(keys, "latin1")),
    text: () => text,
    sees: async (part, within = 3000) => {
      await waitFor(() => text.includes(part), {
        within,
        what: () => `"${part}" in ${JSON.stringify(text.slice(-400))}`,
      });
    },
    closed: () => closed,
  };
}
