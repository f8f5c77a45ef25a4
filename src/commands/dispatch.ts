/** `weir dispatch`: the central side by hand; watches containers, and sends what a dispatcher would send. */
import type { Command } from "commander";
import { type ConnectOptions, connectDispatch } from "./dispatch/connect.ts";
import { toLevels, toMoment } from "./dispatch/schedule.ts";
import { type SendOptions, sendControl, sendSchedule, sendSetpoint } from "./dispatch/send.ts";
import { type WatchOptions, watch } from "./dispatch/watch.ts";

const examples = `
Examples:
  weir dispatch watch --broker mqtt://127.0.0.1:1883                       everything every container says
  weir dispatch watch --broker mqtts://broker.example --ca ca.pem --cert me.pem --key me.key --container wolf-c07 --json
  weir dispatch setpoint 250kW --broker mqtt://127.0.0.1:1883 --container wolf-c07 --heartbeats --until reached
  weir dispatch setpoint 100kW --broker mqtt://127.0.0.1:1883 --group wolf --reason emergency
  weir dispatch schedule 0=250kW 3600=100kW --ends 28800 --after 50kW --broker mqtt://127.0.0.1:1883 --container wolf-c07
  weir dispatch control stop --broker mqtt://127.0.0.1:1883 --container wolf-c07 --source operator

Exit code: 0 accepted (or what --until asks for), 1 rejected, failed or unanswered, 2 wrong use.
The contract: schemas/README.md`;

export function describe(command: Command): void {
  command.addHelpText("after", examples);
  common(command.command("watch").description("prints what containers report"))
    .option("--container <name>", "only this one")
    .option("--seconds <n>", "end after so long", toNumber)
    .action((options: ConnectOptions & WatchOptions) => run(options, (link) => watch(link, options)));
  sending(common(command.command("setpoint").argument("<watts>", "250000, 250kW or 0.25MW")))
    .description("sends a setpoint and waits for the answers")
    .option("--group <site>", "all containers of a site instead of one; may only lower")
    .option("--kind <kind>", "limit: stay below; target: follow from below too", "limit")
    .option("--after <watts>", "limit that follows the expiry, the same unless said; `off`: everything asleep")
    .option("--reason <reason>", "sced, rrs, ecrs, nonspin, peak, price, emergency, manual, test", "manual")
    .option("--reference <text>", "your own reference")
    .option("--reach-by <seconds>", "failed unless metered by then", toNumber)
    .option("--ramp-up <watts>", "steepest way up [W/s]", toWatts)
    .action((text: string, options: ConnectOptions & SendOptions & { readonly after?: string }) => {
      const watts = toWatts(text);
      const afterWatts = options.after === "off" ? null : toWatts(options.after ?? text);
      return run(options, (link) => sendSetpoint(link, { ...options, watts, afterWatts }));
    });
  sending(common(command.command("schedule").argument("<levels...>", "0=250kW 3600=100kW: from when on, how much")))
    .description("sends a schedule: what holds while nobody dispatches; when: seconds from now, or 2026-11-23T18:00Z")
    .requiredOption("--ends <when>", "its end, at most seven days ahead")
    .requiredOption("--after <watts>", "limit that follows its end; `off`: everything asleep")
    .option("--reason <reason>", "sced, rrs, ecrs, nonspin, peak, price, emergency, manual, test", "manual")
    .option("--reference <text>", "your own reference")
    .action(
      (texts: readonly string[], options: ConnectOptions & SendOptions & { readonly ends: string; after: string }) => {
        const now = Date.now();
        const levels = toLevels(texts, now, toWatts);
        const afterWatts = options.after === "off" ? null : toWatts(options.after);
        return run(options, (link) =>
          sendSchedule(link, { ...options, levels, endsAt: toMoment(options.ends, now), afterWatts }),
        );
      },
    );
  sending(common(command.command("control").argument("<action>", "stop, release, resync, reset or self-test")))
    .description("sends a stop, a release, a resync, a reset or a self-test and waits for the answer")
    .option("--trip <name>", "with reset")
    .action((action: string, options: ConnectOptions & SendOptions) =>
      run(options, (link) => sendControl(link, { ...options, action })),
    );
}

function common(command: Command): Command {
  return command
    .requiredOption("--broker <url>", "mqtts://host[:port], or mqtt://127.0.0.1[:port]")
    .option("--ca <file>", "authority of the broker's certificate, PEM")
    .option("--cert <file>", "own certificate, PEM")
    .option("--key <file>", "own key, PEM, mode 0600")
    .option("--json", "JSON lines and nothing else");
}

function sending(command: Command): Command {
  return command
    .option("--container <name>", "to whom")
    .option("--source <source>", "dispatch, site or operator", "dispatch")
    .option("--seconds <n>", "validity from receipt", toNumber, 300)
    .option("--epoch <n>", "fencing term; the container's newest unless said", toNumber)
    .option("--sequence <n>", "newer than the container's newest unless said", toNumber)
    .option("--cbor", "CBOR instead of JSON")
    .option("--heartbeats", "be the dispatcher's heartbeat meanwhile")
    .option("--until <state>", "accepted, reached or end", "accepted")
    .option("--patience <seconds>", "give up after so long", toNumber, 60);
}

async function run(
  options: ConnectOptions,
  work: (link: Awaited<ReturnType<typeof connectDispatch>>) => Promise<0 | 1 | 2>,
): Promise<void> {
  try {
    const link = await connectDispatch(options);
    process.exitCode = await work(link).finally(() => link.close());
  } catch (error) {
    console.error(`weir dispatch: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

/** `250000`, `250kW`, `0.25MW` to watts; NaN where it is none of them. */
function toWatts(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(|W|kW|MW)$/.exec(text);
  const factor = match?.[2] === "kW" ? 1e3 : match?.[2] === "MW" ? 1e6 : 1;
  return match === null ? Number.NaN : Math.round(Number(match[1]) * factor);
}

function toNumber(text: string): number {
  return Number(text);
}
