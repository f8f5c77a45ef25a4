/** Ends the controller of a demo that was itself killed: far ends end with their channel, a controller does not. A process of its own. */

/** From the demo: the process to be ended with it; null: none. */
export type ToWarden = { readonly pid: number | null };

/** Time for an orderly end before the process is killed [ms]; choice. */
const patienceMilliseconds = 5000;

let pid: number | null = null;

process.on("message", (message: ToWarden) => {
  pid = message.pid;
});
process.on("disconnect", () => {
  if (pid === null || !signal(pid, "SIGTERM")) process.exit(0);
  setTimeout(() => {
    if (pid !== null) signal(pid, "SIGKILL");
    process.exit(0);
  }, patienceMilliseconds);
});
/** False where the process is gone. */
function signal(target: number, name: "SIGTERM" | "SIGKILL"): boolean {
  try {
    return process.kill(target, name);
  } catch {
    return false;
  }
}
