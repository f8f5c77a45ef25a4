/** What is wrong with a site file or a board, so that a person can mend it: where, what stands there, what should, what to do. */

export interface SiteProblem {
  /** Path as it was given or resolved. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** JSON pointer; empty for the whole document. */
  readonly pointer: string;
  readonly found: string;
  readonly expected: string;
  readonly remedy: string;
}

/** A problem seen in an already parsed document: its file and line follow from the document. */
export type Finding = Omit<SiteProblem, "file" | "line">;

/** Longest excerpt of a file in a message [characters]. Choice: one line of a terminal. */
const excerptLength = 60;

/** A value as the reader may recognise it: JSON, shortened; secrets must not be passed. */
export function excerpt(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > excerptLength ? `${text.slice(0, excerptLength - 1)}…` : text;
}

/** The candidate that differs from the word by a typing error, or null. */
export function closest(word: string, candidates: readonly string[]): string | null {
  const near = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(2, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.candidate ?? null;
}

/** "did you mean `x`?", or the list of what there is. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const near = closest(word.slice(0, excerptLength), candidates);
  if (near !== null) return `did you mean ${near}?`;
  if (candidates.length === 0) return "there is none yet: add it";
  return `there are: ${candidates.slice(0, 12).join(", ")}${candidates.length > 12 ? ", …" : ""}`;
}

/** Levenshtein's distance by one row. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const substituted = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
