/** Which ports a simulated machine opens, and what answers on each. */
import type { Server, Socket } from "node:net";
import { servePower, serveWeb } from "./antminer.ts";
import { antminerAnswer } from "./antminer-replies.ts";
import { serveApi } from "./api.ts";
import { avalonAnswer } from "./avalon.ts";
import { braiinsAnswer, graphqlAnswer } from "./braiins.ts";
import { serveEbang } from "./ebang.ts";
import { epicAnswer } from "./epic.ts";
import { luxosAnswer } from "./luxos.ts";
import type { Machine } from "./machine.ts";
import { sealminerAnswer } from "./sealminer.ts";
import type { MinersSetup } from "./setup.ts";
import { vnishAnswer } from "./vnish.ts";
import { serveJsonWeb } from "./web.ts";
import { whatsminerAnswer } from "./whatsminer.ts";
import { serveWhatsminerV3 } from "./whatsminer-v3.ts";

/** Port of the watts, where an Antminer has it. Source: worker for S19 XP Hyd and S21 of an open fleet project. */
const powerPort = 6060;

export interface Port {
  readonly server: Server;
  readonly port: number;
}

export interface Played {
  readonly machine: Machine;
  /** Of all machines of the far end: tells MAC addresses apart. */
  readonly index: number;
  readonly setup: MinersSetup;
  readonly sockets: Set<Socket>;
  readonly now: () => number;
}

/** What outlives a power cycle is made once; the ports are opened again after each. */
export function makeServers(played: Played): () => readonly Port[] {
  const { machine, index, setup, sockets, now } = played;
  const { user, password, tokenSeconds = 1800, nonceSeconds = 300 } = setup;
  const { port, webPort } = machine.plate;
  switch (machine.plate.kind) {
    case "whatsminer": {
      const answer = whatsminerAnswer(machine, index, password, tokenSeconds, now);
      return () => [{ server: serveApi(machine, answer, sockets), port }];
    }
    case "avalon":
      return () => [{ server: serveApi(machine, avalonAnswer(machine, index, now), sockets, true), port }];
    case "luxos": {
      const answer = luxosAnswer(machine, index, now);
      return () => [{ server: serveApi(machine, answer, sockets), port }];
    }
    case "braiins": {
      const answer = braiinsAnswer(machine, index, setup, now);
      return () => [{ server: serveJsonWeb(machine, answer, sockets), port: webPort }];
    }
    case "braiins-graphql":
      return () => [{ server: serveJsonWeb(machine, graphqlAnswer(machine, now), sockets), port: webPort }];
    case "vnish": {
      const answer = vnishAnswer(machine, index, setup, now);
      return () => [{ server: serveJsonWeb(machine, answer, sockets), port: webPort }];
    }
    case "epic":
      return () => [{ server: serveJsonWeb(machine, epicAnswer(machine, index, setup, now), sockets), port }];
    case "sealminer":
      return () => [{ server: serveApi(machine, sealminerAnswer(machine, index, now), sockets), port }];
    case "ebang":
      return () => [{ server: serveEbang(machine, setup, sockets, now), port: webPort }];
    case "none":
      return () => [];
    case "whatsminer-v3":
      return () => [{ server: serveWhatsminerV3(machine, index, password, sockets, now), port }];
    case "antminer": {
      const answer = antminerAnswer(machine, now);
      const access = { user, password, nonceSeconds };
      return () => [
        { server: serveApi(machine, answer, sockets), port },
        { server: serveWeb(machine, index, access, sockets, now), port: webPort },
        ...(machine.plate.reportsPower ? [{ server: servePower(machine, sockets, now), port: powerPort }] : []),
      ];
    }
  }
}
