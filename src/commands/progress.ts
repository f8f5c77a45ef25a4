/** One line on a terminal that tells how far something is and how long it will still take; nothing where nobody looks. */

/** The line is written anew at most this often [ms]. Choice. */
const writeMilliseconds = 200;

/** `done` of `all`; `what` is said before the figures. */
export type Progress = (done: number, all: number, what: string) => void;

/** `shown`: whether a person looks. On standard error, so that what the program prints stays clean. */
export function openProgress(shown: boolean, write = (text: string) => process.stderr.write(text)): Progress {
  const begun = performance.now();
  let next = 0;
  return (done, all, what) => {
    const spent = performance.now() - begun;
    if (!shown || (spent < next && done < all)) return;
    next = spent + writeMilliseconds;
    write(done < all ? `\r\x1b[K${progressText(done, all, what, spent)}` : "\r\x1b[K");
  };
}

/** `spent` [ms]; the estimate begins once a tenth is done. */
export function progressText(done: number, all: number, what: string, spent: number): string {
  const left = Math.ceil((spent / done) * (all - done) * 0.001);
  return `${what} ${done} of ${all}${done < all / 10 ? "" : `, about ${left} s to go`}`;
}
