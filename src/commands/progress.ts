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

/** Shows what is waited for while `work` runs; `what` is asked anew for every line, `most` is the longest wait [ms]. */
export type Waiting = <Value>(what: () => string, most: number, work: () => Promise<Value>) => Promise<Value>;

/** The seconds count on, so that a wait of minutes does not look like a stop [ms]. Choice. */
const waitMilliseconds = 1_000;

/** `shown`: whether a person looks. On standard error, as the progress. */
export function openWaiting(shown: boolean, write = (text: string) => process.stderr.write(text)): Waiting {
  return async (what, most, work) => {
    if (!shown) return await work();
    const begun = performance.now();
    const tell = (): void => void write(`\r\x1b[K${waitingText(what(), performance.now() - begun, most)}`);
    tell();
    const timer = setInterval(tell, waitMilliseconds);
    return await work().finally(() => {
      clearInterval(timer);
      write("\r\x1b[K");
    });
  };
}

/** `spent` and `most` [ms]. Never wider than a terminal of 80 columns: a line that wraps cannot be written over. */
export function waitingText(what: string, spent: number, most: number): string {
  return `${what}, ${Math.floor(spent / 1000)} s of at most ${Math.ceil(most / 1000)} s`.slice(0, 79);
}

/** `spent` [ms]; the estimate begins once a tenth is done. */
export function progressText(done: number, all: number, what: string, spent: number): string {
  const left = Math.ceil((spent / done) * (all - done) * 0.001);
  return `${what} ${done} of ${all}${done < all / 10 ? "" : `, about ${left} s to go`}`;
}
