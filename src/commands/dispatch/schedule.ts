/** Levels of `weir dispatch schedule` as a person writes them: `0=250kW 3600=100kW`, seconds from the present, or a moment in ISO 8601. */

export interface LevelWish {
  readonly startsAt: number;
  readonly watts: number;
}

/** A moment with its zone: without one it would mean another in each place. */
const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})$/;

/** Seconds from `now`, or a moment, to milliseconds since 1970; NaN where it is neither. */
export function toMoment(text: string, now: number): number {
  if (/^\d+$/.test(text)) return now + Number(text) * 1000;
  return moment.test(text) ? Date.parse(text) : Number.NaN;
}

/** The levels in order of time; null where one cannot be read. */
export function toLevels(
  texts: readonly string[],
  now: number,
  toWatts: (text: string) => number,
): readonly LevelWish[] | null {
  const levels = texts.map((text): LevelWish => {
    const cut = text.indexOf("=");
    return { startsAt: toMoment(text.slice(0, Math.max(0, cut)), now), watts: toWatts(text.slice(cut + 1)) };
  });
  const readable = levels.every(({ startsAt, watts }) => Number.isSafeInteger(startsAt) && Number.isSafeInteger(watts));
  return readable && levels.length > 0 ? [...levels].sort((a, b) => a.startsAt - b.startsAt) : null;
}
