/** One connection without a byte, so that the kernel learns who has an address in its own network. */
import { connect } from "node:net";

/** Resolves once it is accepted, refused or overdue: any of them has asked the network for the neighbour. Never rejects. */
export function knock(host: string, port: number, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const socket = connect({ host, port });
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      socket.destroy();
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
    socket.on("connect", end).on("error", end);
  });
}
