/** A small helper process for what Node cannot do itself: unix datagrams to the service manager, and the kernel's word on its clock. */
import { type ChildProcess, spawn } from "node:child_process";

export interface HostProcess {
  /** Sends one line to the service manager; dropped where none listens or the helper is gone. */
  notify(line: string): void;
  /** The kernel has had its clock synchronised since this process started; false until it says so. */
  isClockSynchronised(): boolean;
  stop(): void;
}

/** perl-base is on every Debian; systemd-notify would be a process for each message. */
const perl = "/usr/bin/perl";

/** Number of the system call adjtimex. Source: the kernel's syscall tables (x86 and arm have their own, arm64 and riscv64 the generic one). */
const adjtimexNumbers: Readonly<Record<string, number>> = { x64: 159, ia32: 124, arm: 124, arm64: 171, riscv64: 171 };

/** adjtimex answers 5 (TIME_ERROR) while the clock is not synchronised. Source: adjtimex(2). timesyncd keeps its own mark. */
const script = `
use Socket;
$| = 1;
my $adjtimex = shift;
my $to;
if (length($ENV{NOTIFY_SOCKET} // "")) {
  my $path = $ENV{NOTIFY_SOCKET};
  $path =~ s/^@/\\0/;
  socket(NOTIFY, AF_UNIX, SOCK_DGRAM, 0) or exit 1;
  $to = pack_sockaddr_un($path);
}
my ($lines, $told) = ("", 0);
while (1) {
  if (abs(time - $told) >= 2) {
    my $timex = "\\0" x 512;
    my $kernel = $adjtimex > 0 ? syscall($adjtimex, $timex) : -1;
    print(($kernel >= 0 && $kernel != 5) || -e "/run/systemd/timesync/synchronized" ? "1\\n" : "0\\n");
    $told = time;
  }
  my $ready = "";
  vec($ready, 0, 1) = 1;
  next unless select($ready, undef, undef, 1) > 0;
  sysread(STDIN, $lines, 4096, length $lines) or exit 0;
  while ($lines =~ s/^(.*)\\n//) { send(NOTIFY, $1, 0, $to) if defined $to; }
}
`;

/** Pause before a helper that ended is started again [ms]. Choice. */
const restartMilliseconds = 5_000;

/** A helper that does not read any more gets nothing more [B]. Choice: some minutes of messages. */
const largestBacklogBytes = 4_096;

/** Starts the helper; never fails: without it nothing is notified and the clock is not trusted. */
export function startHostProcess(onProblem: (text: string) => void): HostProcess {
  let child: ChildProcess | null = null;
  let restart: NodeJS.Timeout | undefined;
  let synchronised = false;
  let stopped = false;

  const start = (): void => {
    const number = adjtimexNumbers[process.arch] ?? 0;
    child = spawn(perl, ["-e", script, String(number)], { stdio: ["pipe", "pipe", "ignore"] });
    child.stdout?.on("data", (bytes: Buffer) => {
      if (bytes.includes("1")) synchronised = true;
    });
    // Writing to a helper that has ended shows here, and in `exit`.
    child.stdin?.on("error", () => {});
    child.on("error", (error) => again(error.message));
    child.on("exit", () => again("it ended"));
  };
  const again = (text: string): void => {
    if (stopped || child === null) return;
    child = null;
    onProblem(`The helper process ${perl} does not run: ${text}.`);
    restart = setTimeout(start, restartMilliseconds);
  };

  start();
  return {
    notify(line) {
      const input = child?.stdin;
      if (input && input.writableLength < largestBacklogBytes) input.write(`${line}\n`);
    },
    isClockSynchronised: () => synchronised,
    stop() {
      stopped = true;
      clearTimeout(restart);
      child?.stdin?.end();
    },
  };
}
