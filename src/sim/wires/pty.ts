/** Pseudo-terminals for far ends: the program under test opens one by path as if it were a serial port. Knows nothing of what is spoken. */
import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { ReadStream } from "node:tty";

/** TIOCSPTLCK of asm-generic/ioctls.h: sets or clears the lock of the other side. */
const setLock = 0x40045431;
/** More than this waiting for a reader that does not read is lost, as on a real line [bytes]; choice: a few seconds of any line. */
const lostBeyond = 65_536;

export interface Pty {
  /** What the program opens: the link where one was asked for, else a path that ends with this process. */
  readonly path: string;
  /** Bytes towards the program; what it does not read in time is lost. */
  write(bytes: Uint8Array): void;
  /** Speed that the program has set on its side [Bd]. Of parity a pseudo-terminal keeps nothing to rely on. */
  baudRate(): number;
  /** Hangs up, as an adapter pulled out of its socket does. */
  close(): void;
}

/** Opens a raw pseudo-terminal; `link` is a path of one's own that is made to point at it. Throws where the system has none left. */
export function openPty(link: string | null, receive: (bytes: Buffer) => void): Pty {
  const near = openSync("/dev/ptmx", constants.O_RDWR | constants.O_NOCTTY);
  // Node has no ioctl; perl-base is on every Debian.
  run("perl", ["-e", `my $off = pack("i", 0); ioctl(STDIN, ${setLock}, $off) or die "unlock: $!"`], near);
  const number = /^tty-index:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${near}`, "utf8"))?.[1];
  if (number === undefined) throw new Error("the kernel does not name the pseudo-terminal");
  const device = `/dev/pts/${number}`;
  run("stty", ["-F", device, "raw", "-echo"], near);
  // With no one on the other side reads would fail; this keeps the line up between two programs.
  const far = openSync(device, constants.O_RDWR | constants.O_NOCTTY);
  // The kernel gives a freed number to the next pseudo-terminal, so a path by number would one day lead a program that
  // opens its lost port again onto a stranger's line. A path by this process and descriptor ends with them.
  const path = `/proc/${process.pid}/fd/${far}`;
  if (link !== null) {
    symlinkSync(path, `${link}.new`);
    renameSync(`${link}.new`, link);
  }
  const stream = new ReadStream(near);
  stream.on("data", receive);
  stream.on("error", () => stream.destroy());
  let open = true;
  return {
    path: link ?? path,
    write: (bytes) => {
      if (open && stream.writableLength < lostBeyond) stream.write(bytes);
    },
    baudRate: () => Number(/speed (\d+) baud/.exec(run("stty", ["-a"], far))?.[1]),
    close: () => {
      if (!open) return;
      open = false;
      stream.destroy();
      closeSync(far);
      if (link !== null) rmSync(link, { force: true });
    },
  };
}

function run(command: string, parameters: readonly string[], input: number): string {
  const ended = spawnSync(command, parameters, { stdio: [input, "pipe", "pipe"], encoding: "utf8" });
  if (ended.status !== 0) throw new Error(`${command} failed: ${ended.error?.message ?? ended.stderr}`);
  return ended.stdout;
}
