/** An Ebang: HTTPS with a certificate of its own, a cookie, figures inside texts, no commands. */
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import { selfSigned } from "./certificate.ts";
import type { Machine } from "./machine.ts";
import type { MinersSetup } from "./setup.ts";

const loginPage = '<html><title>EBIT Miner</title><form action="/user/login"><input name="yuyan"></form></html>';

export function serveEbang(machine: Machine, setup: MinersSetup, sockets: Set<Socket>, now: () => number): Server {
  const cookies = new Set<string>();
  const server = createServer(selfSigned(machine.plate.name), (request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (text.length > 65_536) request.destroy();
    });
    request.on("end", () => {
      if (machine.faults.has("no-reply")) return;
      if (machine.faults.delete("forget-tokens")) cookies.clear();
      if (request.url === "/user/login" && request.method === "POST") {
        machine.loginCount += 1;
        const form = new URLSearchParams(text);
        const session = randomBytes(16).toString("hex");
        machine.keepSecret(session);
        const cookie = `-http-session-=1::http.session::${session}`;
        // It hands out a cookie in any case; only the right password makes it count.
        if (form.get("username") === setup.user && form.get("word") === setup.password) cookies.add(cookie);
        else machine.refusedCount += 1;
        return void response.writeHead(200, { "Set-Cookie": `${cookie}; path=/; httponly` }).end(loginPage);
      }
      const feedback = cookies.has(request.headers.cookie ?? "") ? page(machine, request.url ?? "", now()) : undefined;
      const body = feedback === undefined ? loginPage : JSON.stringify({ status: 1, feedback });
      response.writeHead(200).end(body);
    });
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  return server;
}

function page(machine: Machine, path: string, now: number): unknown {
  const board = Math.round(machine.chipCelsius(now) - 10);
  const seconds = machine.uptimeSeconds(now);
  const worktime = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(Math.floor).join(":");
  switch (path) {
    case "/Cgminer/CgminerStatus":
      return { fivesecfigure: `${machine.terahashes(now).toFixed(2)}T`, averfigure: "12.28T", worktime };
    case "/Status/getsystemstatus":
      return {
        productname: "DWM_BTC1000",
        systemsoftwareversion: "soft_v9.1.0.32",
        devicefan: 5520,
        devicefan2: 5640,
        device1temp: `${board},${board - 5}|${board - 5},${board - 9}`,
        device2temp: `${board - 3},${board - 6}`,
        device3temp: 0,
        device4temp: board,
      };
    case "/Cgminer/CgminerGetVal":
      return { Mip1: "stratum+tcp://pool.example:3001", Mip2: "", Mip3: "" };
    default:
      return undefined;
  }
}
