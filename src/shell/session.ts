/** One person or program on a byte stream: lines in, answers out, at a pace that cannot delay the scan. */
import type { Duplex } from "node:stream";
import type { Clock } from "../model/driver.ts";
import { type Answer, answer, refusal } from "./answer.ts";
import { type EditorEvent, LineEditor } from "./editor.ts";
import type { ShellHost } from "./host.ts";
import { type Form, parseRequest, type Request } from "./request.ts";

export interface SessionOptions {
  /** Prefix of the audit's name: `console` or `socket`. */
  readonly way: "console" | "socket";
  /** Name of the user behind it as far as it is known; null on the console. */
  readonly user: string | null;
  /** Echo and prompt from the start; a session on a socket is a program's until it says otherwise. */
  readonly interactive: boolean;
  /** The console's terminal may know nothing but ASCII. */
  readonly ascii: boolean;
  /** `quit` and the end of the input end the session; on the console the next key begins another. */
  readonly quits: boolean;
  /** A reader that takes nothing of an answer for so long is dropped [ms]. */
  readonly drainMilliseconds: number;
}

export interface Session {
  /** Resolves when the stream is closed, by whomever. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** Input taken per millisecond, and at once [bytes]; choice: above any serial line, and 1 MB of paste takes a minute. */
const bytesPerMillisecond = 20;
const burstBytes = 2000;
/** What a command costs of that allowance; choice: 20 commands a second. */
const commandBytes = 1000;
const breathMilliseconds = 50;
/** A reader that is this far behind is dropped; choice: several of the longest answers. */
const mostWaitingBytes = 1_048_576;
/** Choice: the longest answer takes a third of it at 115,200 Bd. */
export const usualDrainMilliseconds = 10_000;
/** Commands are answered by the scan that takes them; this long without means that no scan runs; choice. */
const answerMilliseconds = 10_000;

/** Serves one session until its stream closes. */
export function runSession(
  stream: Duplex,
  host: ShellHost,
  options: SessionOptions,
  clock: Pick<Clock, "now"> = performance,
): Session {
  return new RunningSession(stream, host, options, clock);
}

class RunningSession implements Session {
  readonly ended: Promise<void>;
  readonly #stream: Duplex;
  readonly #host: ShellHost;
  readonly #options: SessionOptions;
  readonly #editor = new LineEditor();
  #by: string;
  #interactive: boolean;
  #input: Buffer = Buffer.alloc(0);
  #working: boolean;
  #inputEnded: boolean;
  #closed: boolean;
  #wake: () => void = () => {};
  /** A dangerous request that waits for its `yes`. */
  #asked: Request | null = null;
  #allowance = burstBytes;
  readonly #clock: Pick<Clock, "now">;
  #allowedAt: number;

  constructor(stream: Duplex, host: ShellHost, options: SessionOptions, clock: Pick<Clock, "now">) {
    this.#clock = clock;
    this.#allowedAt = clock.now();
    this.#working = false;
    this.#inputEnded = false;
    this.#closed = false;
    this.#stream = stream;
    this.#host = host;
    this.#options = options;
    this.#interactive = options.interactive;
    this.#by = options.user === null ? options.way : `${options.way}:${options.user}`;
    this.ended = new Promise((resolve) => {
      stream.once("close", () => {
        this.#closed = true;
        this.#wake();
        resolve();
      });
    });
    stream.on("error", () => stream.destroy());
    stream.on("end", () => {
      this.#inputEnded = true;
      this.#begin();
    });
    stream.on("data", (chunk: Buffer) => {
      // Nothing more is read before this is dealt with: who pastes a book waits.
      stream.pause();
      this.#input = Buffer.concat([this.#input, chunk]);
      this.#begin();
    });
  }

  stop(): void {
    this.#stream.destroy();
  }

  #begin(): void {
    if (this.#working) return;
    this.#working = true;
    // A mistake in a page must cost the session, never the controller.
    this.#work().then(
      () => {
        this.#working = false;
      },
      () => this.#stream.destroy(),
    );
  }

  async #work(): Promise<void> {
    while (this.#input.length > 0 && !this.#closed) {
      const slice = this.#input.subarray(0, await this.#allowed());
      this.#input = this.#input.subarray(slice.length);
      this.#allowance -= slice.length;
      for (const event of this.#editor.push(slice)) {
        if (this.#closed) return;
        await this.#handle(event);
      }
    }
    if (this.#closed) return;
    if (this.#inputEnded && this.#options.quits) this.#finish();
    else this.#stream.resume();
  }

  /** Bytes that may be taken, at least one, after waiting for them. */
  async #allowed(): Promise<number> {
    for (;;) {
      const now = this.#clock.now();
      this.#allowance = Math.min(burstBytes, this.#allowance + (now - this.#allowedAt) * bytesPerMillisecond);
      this.#allowedAt = now;
      if (this.#allowance >= 1 || this.#closed) return Math.max(1, Math.floor(this.#allowance));
      await this.#pause(breathMilliseconds);
    }
  }

  async #handle(event: EditorEvent): Promise<void> {
    switch (event.kind) {
      case "echo":
        if (this.#interactive) this.#write(event.text);
        break;
      case "line":
        await this.#line(event.text);
        break;
      case "too-long":
        await this.#show(null, "text", refusal("That line is too long; nothing was done."));
        this.#prompt();
        break;
      case "interrupt":
        this.#asked = null;
        this.#prompt();
        break;
      case "end":
        this.#quit();
        break;
    }
  }

  async #line(text: string): Promise<void> {
    const asked = this.#asked;
    this.#asked = null;
    if (asked !== null) {
      this.#editor.unremember(text);
      if (text.toLowerCase() === "yes") await this.#run(asked);
      else this.#write("Left as it is.\r\n");
      this.#prompt();
      return;
    }
    const request = parseRequest(text);
    if (request === null) {
      this.#prompt();
      return;
    }
    this.#allowance -= commandBytes;
    await this.#allowed();
    if (!request.ok) await this.#show(null, request.error.form, refusal(request.error.error));
    else await this.#run(request.value);
    this.#prompt();
  }

  async #run(request: Request): Promise<void> {
    const { verb } = request;
    if (verb.kind === "quit") this.#quit();
    else if (verb.kind === "session") {
      this.#interactive = verb.interactive;
      if (verb.user !== null && this.#options.user !== null) this.#by = `${this.#options.way}:${verb.user}`;
    } else if (verb.kind === "act" && verb.warning !== null && !request.sure && this.#asked === null) {
      await this.#question(request, verb.warning);
    } else await this.#show(request.word, request.form, await this.#answer(request));
  }

  async #question(request: Request, warning: string): Promise<void> {
    if (!this.#interactive || request.form !== "text") {
      await this.#show(request.word, request.form, refusal(`${warning} A program says so with --yes.`));
      return;
    }
    this.#write(`${warning}\r\n`);
    this.#asked = { ...request, sure: true };
  }

  async #answer(request: Request): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Answer>((resolve) => {
      const text = "No scan has taken it within 10 s; see status before trying again.";
      timer = setTimeout(() => resolve(refusal(text)), answerMilliseconds);
    });
    return await Promise.race([answer(request, this.#host, this.#by), late]).finally(() => clearTimeout(timer));
  }

  async #show(command: string | null, form: Form, { ok, lines, document }: Answer): Promise<void> {
    const text =
      form === "json"
        ? JSON.stringify({ command, ok, ...document() })
        : form === "framed"
          ? JSON.stringify({ command, ok, lines: lines().map(printable) })
          : lines().map(printable).join("\r\n");
    this.#write(`${text}\r\n`);
    await this.#drained();
  }

  #prompt(): void {
    if (!this.#interactive) return;
    const container = this.#host.snapshot()?.container;
    const name = container === undefined ? "weir" : `weir ${container}`;
    this.#write(this.#asked === null ? `${name}> ` : "Type yes to go on: ");
  }

  #quit(): void {
    if (this.#options.quits) this.#finish();
    else this.#write("Bye. Press Enter for a new session.\r\n");
    this.#asked = null;
  }

  #finish(): void {
    this.#stream.end(() => this.#stream.destroy());
  }

  #write(text: string): void {
    if (this.#closed || this.#stream.writableEnded) return;
    if (this.#stream.writableLength > mostWaitingBytes) this.#stream.destroy();
    else this.#stream.write(this.#options.ascii ? toAscii(text) : text);
  }

  /** Waits until the other side has read what it was sent, and drops it when it does not read. */
  async #drained(): Promise<void> {
    const until = this.#clock.now() + this.#options.drainMilliseconds;
    while (this.#stream.writableNeedDrain && !this.#closed) {
      if (this.#clock.now() > until) this.#stream.destroy();
      await this.#pause(breathMilliseconds);
    }
  }

  /** Ends early when the session ends. */
  #pause(milliseconds: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Texts of dispatch and of machines are among what is shown: none of it may steer the reader's terminal. */
function printable(line: string): string {
  return Array.from(line, (sign) => (sign < " " || (sign >= "\x7f" && sign <= "\x9f") ? "?" : sign)).join("");
}

/** The few signs of our own texts by ASCII ones; a question mark for what else there may be. */
function toAscii(text: string): string {
  const known = text.replaceAll("°C", "C").replaceAll("…", "~").replaceAll(/[–—]/g, "-").replaceAll("Ω", "Ohm");
  return Array.from(known, (character) => (character < "\x7f" ? character : "?")).join("");
}
