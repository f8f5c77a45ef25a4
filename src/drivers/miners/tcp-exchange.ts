/** One request and its reply over one TCP connection, bounded in time and bytes. Knows no protocol beyond where a reply ends. */
import { connect } from "node:net";
import { fail, type Result, succeed } from "../../model/result.ts";
import { maximumReplyBytes, replyIsComplete } from "../../protocol/cgminer/reply.ts";
import { whenAborted } from "./when-aborted.ts";

export type ExchangeFault = "unreachable" | "no-reply" | "too-long" | "stopped";

export interface Deadlines {
  readonly connectMilliseconds: number;
  readonly replyMilliseconds: number;
}

const jsonIsComplete = replyIsComplete;

/** NUL, a closed brace, a line feed. */
function mayEnd(chunk: Buffer): boolean {
  const last = chunk[chunk.length - 1];
  return last === 0 || last === 0x7d || last === 0x0a;
}

/** All bytes of the reply until it is complete (NUL or closed brackets, unless told otherwise) or the connection ends. Never rejects. */
export function exchangeTcp(
  host: string,
  port: number,
  request: Buffer,
  deadlines: Deadlines,
  signal: AbortSignal,
  complete: (bytes: Buffer) => boolean = jsonIsComplete,
): Promise<Result<Buffer, ExchangeFault>> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(fail("stopped"));
    const chunks: Buffer[] = [];
    let bytes = 0;
    let connected = false;
    const socket = connect({ host, port, noDelay: true });
    const end = (result: Result<Buffer, ExchangeFault>): void => {
      clearTimeout(timer);
      unwatch();
      socket.destroy();
      resolve(result);
    };
    const finish = (): void =>
      end(bytes > 0 ? succeed(Buffer.concat(chunks)) : fail(connected ? "no-reply" : "unreachable"));
    const unwatch = whenAborted(signal, () => end(fail("stopped")));
    let timer = setTimeout(finish, deadlines.connectMilliseconds);
    socket.on("connect", () => {
      connected = true;
      clearTimeout(timer);
      timer = setTimeout(finish, deadlines.replyMilliseconds);
      socket.write(request);
    });
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maximumReplyBytes) return end(fail("too-long"));
      // Only such a last byte can end a reply; the whole is looked at no more often than needed.
      if (complete === jsonIsComplete && !mayEnd(chunk)) return;
      const whole = Buffer.concat(chunks);
      if (complete(whole)) end(succeed(whole));
    });
    socket.on("end", finish);
    socket.on("error", finish);
    socket.on("close", finish);
  });
}
