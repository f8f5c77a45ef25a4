/** Ties the process to its controller: signals stop it, what nobody expected ends it in the safe state, and its end ends the process. */
import type { Controller } from "./controller.ts";
import type { ProgramLog } from "./logger.ts";

/** After something impossible the process ends even where its orderly end fails too [ms]. Choice: above the sum of its deadlines. */
const hardEndMilliseconds = 12_000;

/** Resolves never: the process exits with the controller's own code. */
export async function guardProcess(controller: Controller, log: ProgramLog): Promise<never> {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.on(signal, () => {
      log.logger.info({ signal }, "Asked to stop.");
      controller.stop();
    });
  process.on("uncaughtException", (error) => {
    log.logger.fatal({ err: error }, "Something impossible happened.");
    setTimeout(() => process.exit(70), hardEndMilliseconds);
    controller.abandon();
  });
  const { exitCode, text } = await controller.ended;
  log.logger[exitCode === 0 ? "info" : "error"]({ exitCode }, text);
  log.flush();
  process.exit(exitCode);
}
