/** Rows of words in columns as wide as their longest word; empty columns are left out. */

export function columnsText(rows: readonly (readonly string[])[]): readonly string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, at) => Math.max(0, ...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) => {
    const words = row.flatMap((word, at) => (widths[at] === 0 ? [] : [word.padEnd(widths[at] ?? 0)]));
    return `  ${words.join("  ")}`.trimEnd();
  });
}
