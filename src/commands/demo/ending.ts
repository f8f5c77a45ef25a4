/** How a demo ends: by a key, a signal, or its time. Whatever waits when it ends waits for ever, and nothing is begun any more. */

export interface Ending {
  /** Resolves once somebody or something wants the end. */
  readonly ended: Promise<void>;
  end(): void;
  /** Exit code of the signal that ended it; null where none did. */
  signalCode(): number | null;
  /** True once the condition holds, false once it is too late; never resolves after the end. */
  until(condition: () => boolean, tooLate: () => boolean): Promise<boolean>;
  close(): void;
}

const pollMilliseconds = 50;
/** 128 and the number of the signal, as shells expect it. */
const signalCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof signalCodes;
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function awaitEnding(): Ending {
  let over = false;
  let resolveEnded = (): void => {};
  const ended = new Promise<void>((resolve) => {
    resolveEnded = resolve;
  });
  const end = (): void => {
    over = true;
    resolveEnded();
  };
  let code: number | null = null;
  const bySignal = (signal: NodeJS.Signals): void => {
    code = signalCodes[signal as Signal];
    // A second one is meant: children end by themselves when this process is gone.
    if (over) process.exit(code);
    end();
  };
  for (const signal of signals) process.on(signal, bySignal);
  return {
    ended,
    end,
    signalCode: () => code,
    until: (condition, tooLate) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (over) return;
          if (condition()) resolve(true);
          else if (tooLate()) resolve(false);
          else setTimeout(look, pollMilliseconds);
        };
        look();
      }),
    close: () => {
      for (const signal of signals) process.off(signal, bySignal);
    },
  };
}
