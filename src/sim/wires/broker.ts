/** Far end of the dispatch link: an MQTT 3.1.1 broker on loopback, a process of its own. It keeps nothing over its end. */
import { createServer, type Socket } from "node:net";
import { Aedes } from "aedes";
import { serveFarEnd } from "./far-end.ts";

/** Effects: `port`, the TCP port it listens on. Fault `deaf`: accepts no one and drops everyone while on. */
export interface BrokerSetup {
  /** 0: any free one. */
  readonly port: number;
}

const host = "127.0.0.1";

const { effects } = serveFarEnd({
  setup: async (setup) => {
    const { port } = setup as BrokerSetup;
    const broker = await Aedes.createBroker();
    const server = createServer((socket) => {
      if (deaf) {
        socket.destroy();
        return;
      }
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      broker.handle(socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
    const address = server.address();
    effects({ port: typeof address === "object" && address !== null ? address.port : port });
  },
  truth: () => {},
  fault: (_target, fault, on) => {
    if (fault !== "deaf") return;
    deaf = on;
    if (on) for (const socket of sockets) socket.destroy();
  },
});

const sockets = new Set<Socket>();
let deaf = false;
