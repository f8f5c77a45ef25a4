/** The terminal while the screen is shown: alternate page, raw keys, full repaints; everything is put back in the end. */

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
  /** The locale is not UTF-8. */
  readonly ascii: boolean;
  paint(lines: readonly string[]): void;
  /** Idempotent. */
  restore(): void;
}

const esc = "\u001b";
const enter = `${esc}[?1049h${esc}[?25l${esc}[?7l`;
const leave = `${esc}[?7h${esc}[?25h${esc}[?1049l`;
const home = `${esc}[H`;
/** Before a line, not behind it: behind a full line it would take the last character away. */
const clearLine = `${esc}[K`;
const clearBelow = `${esc}[J`;

/** Takes the terminal over; `press` is told each key as it comes, Ctrl-C as `q`. */
export function openTerminal(press: (key: string) => void): Terminal {
  const { stdin, stdout } = process;
  const { env } = process;
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  const listen = (bytes: Buffer): void => {
    for (const character of bytes.toString("latin1")) press(character === "\u0003" ? "q" : character);
  };
  let open = true;
  const restore = (): void => {
    if (!open) return;
    open = false;
    stdin.off("data", listen);
    if (stdin.isTTY) stdin.setRawMode(false);
    stdin.pause();
    stdout.write(leave);
  };
  stdout.write(enter);
  // A crash must not leave a terminal without echo and cursor.
  process.once("exit", restore);
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on("data", listen);
  return {
    get columns() {
      return stdout.columns;
    },
    get rows() {
      return stdout.rows;
    },
    colour: wantsColour(),
    ascii: !/utf-?8/i.test(locale),
    paint: (lines) => {
      // A terminal that does not keep up gets the next picture, not a queue of old ones.
      if (open && stdout.writableLength === 0)
        stdout.write(`${home}${lines.map((line) => `${clearLine}${line}`).join("\r\n")}${clearBelow}`);
    },
    restore,
  };
}

/** Colours only on a terminal that has them and whose owner does not object. Source: no-color.org. */
export function wantsColour(): boolean {
  const { env } = process;
  return process.stdout.isTTY && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}
