/** Circles of imports: files that need each other, by whatever form of import, types too. */
import { importsOf, targetOf } from "./walls.ts";

/** Each circle once, as the files along it; empty where imports only lead down. */
export function circles(texts: ReadonlyMap<string, string>): readonly (readonly string[])[] {
  const done = new Set<string>();
  const found: (readonly string[])[] = [];
  const follow = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) found.push([...path.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    const text = texts.get(file);
    if (text === undefined) return;
    for (const specifier of importsOf(text)) follow(targetOf(file, specifier), [...path, file]);
    done.add(file);
  };
  for (const file of texts.keys()) follow(file, []);
  return found;
}
