/** A service manager's end of NOTIFY_SOCKET, as a test plays it; Node has no unix datagrams. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { waitFor, withDeadline } from "../waiting.ts";

export interface ServiceManager {
  /** Messages so far, oldest first. */
  heard(): readonly string[];
  stop(): Promise<void>;
}

const listener = `
use Socket; $| = 1;
my $path = shift; $path =~ s/^@/\\0/;
socket(S, AF_UNIX, SOCK_DGRAM, 0) or die; bind(S, pack_sockaddr_un($path)) or die $!;
print "listening\\n";
while (defined recv(S, my $line, 4096, 0)) { print "$line\\n"; }
`;

/** Listens at a path, or at an abstract name where it begins with @. */
export async function startServiceManager(path: string): Promise<ServiceManager> {
  const child = spawn("/usr/bin/perl", ["-e", listener, path], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (bytes: Buffer) => {
    text += bytes.toString();
  });
  await waitFor(() => text.includes("listening"), { within: 5_000, what: "the service manager's socket" });
  return {
    heard: () => text.split("\n").slice(1, -1),
    async stop() {
      child.kill("SIGKILL");
      await withDeadline(once(child, "exit"), 5_000, "the service manager's end");
    },
  };
}
