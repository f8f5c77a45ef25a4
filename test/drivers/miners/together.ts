/** Cases of one file that play at once, each on a machine of its own: most of their time is waiting. */
import type { Context, uvu } from "uvu";

type Outcome = { readonly error?: unknown };

/** Takes the place of `test`; the first case that is due starts all of them, each is judged under its own name. */
export function together(test: uvu.Test<Context>): (what: string, play: () => Promise<void>) => void {
  const starts: (() => void)[] = [];
  return (what, play) => {
    let outcome: Promise<Outcome> | undefined;
    starts.push(() => {
      outcome ??= play().then(
        () => ({}),
        (error: unknown) => ({ error }),
      );
    });
    test(what, async () => {
      for (const start of starts) start();
      const { error } = (await outcome) ?? {};
      if (error !== undefined) throw error;
    });
  };
}
