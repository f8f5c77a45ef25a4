/** Whether a serial port can be opened, and if not, why and what to do. Opens nothing. */
import { accessSync, constants, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from "node:fs";

export type PortProblem =
  | { readonly kind: "missing"; readonly port: string; readonly others: readonly string[] }
  | { readonly kind: "not-a-port"; readonly port: string }
  | { readonly kind: "not-permitted"; readonly port: string; readonly group: number; readonly user: string }
  | { readonly kind: "busy"; readonly port: string; readonly holder: PortHolder | null }
  | { readonly kind: "failed"; readonly port: string; readonly text: string };

export interface PortHolder {
  readonly processId: number;
  /** Its command line, shortened. */
  readonly command: string;
  /** As far as the command line tells. */
  readonly isController: boolean;
}

/** Where the kernel names serial adapters by what they are; the only names that survive replugging. */
const namedPorts = "/dev/serial/by-id";

/** Why `port` cannot be opened, as far as it can be seen without opening it; null: nothing speaks against it. */
export function checkPort(port: string): PortProblem | null {
  let device: ReturnType<typeof statSync>;
  try {
    device = statSync(port);
  } catch (error) {
    const refused = (error as NodeJS.ErrnoException).code === "EACCES";
    return refused ? notPermitted(port, 0) : { kind: "missing", port, others: portsThere() };
  }
  if (device?.isCharacterDevice() !== true) return { kind: "not-a-port", port };
  try {
    accessSync(port, constants.R_OK | constants.W_OK);
  } catch {
    return notPermitted(port, device.gid);
  }
  return null;
}

/** What the words of the system say about a port that did not open. */
export function openingProblem(port: string, text: string): PortProblem {
  const seen = checkPort(port);
  if (seen !== null) return seen;
  if (/lock|busy|temporarily unavailable/i.test(text)) return { kind: "busy", port, holder: holderOf(port) };
  if (/permission|EACCES/i.test(text)) return notPermitted(port, 0);
  return { kind: "failed", port, text };
}

/** What is wrong and what to do, in a sentence each. */
export function portProblemText(problem: PortProblem): string {
  switch (problem.kind) {
    case "missing": {
      const others =
        problem.others.length > 0 ? `There are: ${problem.others.join(", ")}.` : "No adapter is plugged in.";
      return `${problem.port} does not exist. ${others} Check the USB plug and the path; paths below ${namedPorts} survive replugging.`;
    }
    case "not-a-port":
      return `${problem.port} is no serial port. Give the path of a device, for example one below ${namedPorts}.`;
    case "not-permitted":
      return `${problem.user} may not open ${problem.port}. Add the user to its group (sudo usermod -aG ${groupName(problem.group)} ${problem.user}), then log in again.`;
    case "busy": {
      const { holder } = problem;
      if (holder === null)
        return `${problem.port} is open in another process, of another user. Find it with sudo fuser ${problem.port} and stop it.`;
      const stop = holder.isController
        ? "The controller is at work and counts the errors of this line itself: weir shell, then lines. To look closer, stop it for the time of the work (sudo systemctl stop weir)."
        : "Stop it: a line has one owner.";
      return `${problem.port} is open in process ${holder.processId} (${holder.command}). ${stop}`;
    }
    case "failed":
      return `${problem.port} cannot be opened: ${problem.text}. Unplug the adapter and plug it in again; look at dmesg if that does not help.`;
  }
}

/** The same in two parts: what is wrong, and what to do. */
export function problemAndRemedy(problem: PortProblem): [found: string, remedy: string] {
  const [found = "", ...rest] = portProblemText(problem).split(/(?<=\.) /);
  return [found, rest.join(" ")];
}

/** The process other than this one that has the port open, best the one that has locked it, as far as this user may see; null: none to be seen. */
function holderOf(port: string): PortHolder | null {
  const wanted = realpathSync(port);
  const others = listed("/proc").filter((entry) => /^\d+$/.test(entry) && entry !== String(process.pid));
  const holders = others.filter((name) =>
    listed(`/proc/${name}/fd`).some((number) => linkOf(`/proc/${name}/fd/${number}`) === wanted),
  );
  const lockers = lockersOf(statSync(wanted).ino);
  const holder = holders.find((name) => lockers.has(name)) ?? holders[0];
  if (holder === undefined) return null;
  const command = contentsOf(`/proc/${holder}/cmdline`).split("\0").join(" ").trim() || "ended";
  const isController = /\b(weir|main\.js) run\b/.test(command);
  const shortened = command.length > commandLength ? `${command.slice(0, commandLength - 1)}…` : command;
  return { processId: Number(holder), command: shortened, isController };
}

/** Processes with a lock on a file of this number. A line of /proc/locks: `1: FLOCK  ADVISORY  WRITE 1234 00:18:5 0 EOF`. */
function lockersOf(inode: number): ReadonlySet<string> {
  const lines = contentsOf("/proc/locks").split("\n");
  const fields = lines.map((line) => line.split(/\s+/));
  return new Set(fields.flatMap(([, , , , pid = "", file = ""]) => (file.endsWith(`:${inode}`) ? [pid] : [])));
}

function contentsOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Longest excerpt of a command line [characters]. Choice: one line of a terminal. */
const commandLength = 80;

function portsThere(): readonly string[] {
  const named = listed(namedPorts).map((name) => `${namedPorts}/${name}`);
  if (named.length > 0) return named;
  return listed("/dev")
    .filter((name) => /^tty(USB|ACM|AMA|S)\d+$/.test(name))
    .map((name) => `/dev/${name}`);
}

function notPermitted(port: string, group: number): PortProblem {
  return { kind: "not-permitted", port, group, user: process.env["USER"] ?? `user ${process.getuid?.() ?? "?"}` };
}

/** Its name in /etc/group; serial ports belong to dialout on Debian. */
function groupName(group: number): string {
  try {
    const lines = readFileSync("/etc/group", "utf8").split("\n");
    return lines.find((line) => line.split(":")[2] === String(group) && group !== 0)?.split(":")[0] ?? "dialout";
  } catch {
    return "dialout";
  }
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
