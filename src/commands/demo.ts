/** `weir demo`: a whole container on this machine, a story that plays by itself, and a screen that sees MQTT and the local socket only. */
import { type Command, InvalidArgumentError } from "commander";
import type { DemoOptions } from "./demo/options.ts";
import { playDemo } from "./demo/play.ts";

const examples = `
Examples:
  weir demo                              the screen; the story plays once, then the keys are yours; q ends
  weir demo --seconds 120 --plain        one line a second, a summary at the end, exit 0 when everything held
  weir demo --seconds 35 --json          the same as JSON lines, as much of the story as fits
  weir demo --broker mqtt://127.0.0.1    with your own broker; publish setpoints to it as dispatch would
  NO_COLOR=1 weir demo                   without colours

Keys: p pump of tank 2, s next setpoint, b broker, l meter line, m one machine, w weir itself (each killed or broken,
and back after a while), r reset of what is tripped, q end.

Everything on a wire is simulated by processes of their own; weir itself is the real one, \`weir run\`, with the site
file scripts/demo/site.yaml. Times that are shorter than on real hardware are marked there.
Exit code: 0 everything that was played held, 1 something did not, 2 wrong use,
128 and its number when a signal ended it.`;

/** Shorter than this nothing can be shown [s]; choice. */
const leastSeconds = 5;
const mostSeconds = 86_400;

export function describe(command: Command): void {
  command
    .option("--seconds <n>", "end after this time; default: 120 without a screen, else until q", secondsOf)
    .option("--broker <url>", "use this MQTT broker instead of the built-in one", brokerOf)
    .option("--site <file>", "a site file for the demo's container: same wiring, other limits and times")
    .option("--plain", "one line a second and a summary instead of the screen")
    .option("--json", "JSON lines and nothing else")
    .option("--seed <n>", "weather and temperatures at the start", numberOf, 1)
    .addHelpText("after", examples)
    .action(async (options: DemoOptions) => {
      process.exitCode = await playDemo(options);
    });
}

function numberOf(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("a whole number, 0 or more");
  return value;
}

function secondsOf(text: string): number {
  const value = numberOf(text);
  if (value < leastSeconds || value > mostSeconds)
    throw new InvalidArgumentError(`whole seconds from ${leastSeconds} to ${mostSeconds}`);
  return value;
}

function brokerOf(text: string): string {
  const url = URL.parse(text);
  if (url === null || !["mqtt:", "mqtts:"].includes(url.protocol))
    throw new InvalidArgumentError("mqtt://HOST:PORT or mqtts://HOST:PORT");
  return text;
}
