/** Whether a Firmata board is there and alive: it is asked for its version and nothing else. */
import { keepPortOpen } from "../../drivers/serial/port.ts";
import type { FirmataSite } from "../../model/firmata.ts";
import { openingProblem, problemAndRemedy } from "../port-check.ts";
import { type Check, failed, pass } from "./check.ts";

/** REPORT_VERSION, as question and as answer (with two bytes behind it). Source: Firmata protocol 2.x. */
const reportVersion = 0xf9;
/** An Uno reset by the opening of its port speaks after 2 s (measured, November 2026); twice that and more. */
const aliveMilliseconds = 6000;
const askEveryMilliseconds = 500;
/** Bytes of data have their highest bit clear. */
const notData = 0x80;
const longestBuffer = 256;

type Answer = { readonly version: string } | { readonly problem: string | null };

/** Opening the port resets many boards: their outputs drop for some seconds, as they do whenever the controller starts. */
export async function checkFirmata(board: FirmataSite): Promise<readonly Check[]> {
  const { name, port } = board;
  const answer = await askVersion(board);
  if ("version" in answer) return [pass(name, "alive", `speaks Firmata ${answer.version} on ${port}`)];
  if (answer.problem === null)
    return [
      failed(
        name,
        "alive",
        `nothing speaks Firmata on ${port}`,
        "Check that the board has power and StandardFirmata on it, and that the port is the board's.",
      ),
    ];
  return [failed(name, "port", ...problemAndRemedy(openingProblem(port, answer.problem)))];
}

async function askVersion({ name, port: path, baudRate }: FirmataSite): Promise<Answer> {
  let received: number[] = [];
  let answered: (answer: Answer) => void = () => undefined;
  const answer = new Promise<Answer>((resolve) => {
    answered = resolve;
  });
  const ask = (): boolean => port.write(Uint8Array.of(reportVersion));
  const look = (): void => {
    received = [...received, ...port.read()].slice(-longestBuffer);
    const start = received.findIndex(
      (byte, index) => byte === reportVersion && (received[index + 2] ?? notData) < notData,
    );
    if (start >= 0) answered({ version: `${received[start + 1]}.${received[start + 2]}` });
    else port.listen();
  };
  const settings = { name, port: path, baudRate, parity: "none", stopBits: 1, devices: [] } as const;
  const port = keepPortOpen(settings, {
    onOpened: () => {
      ask();
      look();
    },
    onReadable: look,
    onLost: (problem) => answered({ problem }),
  });
  const asking = setInterval(ask, askEveryMilliseconds);
  const deadline = setTimeout(() => answered({ problem: null }), aliveMilliseconds);
  const given = await answer;
  clearInterval(asking);
  clearTimeout(deadline);
  await port.stop();
  return given;
}
