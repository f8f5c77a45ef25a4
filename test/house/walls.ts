/** Reads what a source imports, without a compiler: comments are dropped, every form of import counts, types too. */

/** Text without comments; strings and templates stay as they are. */
export function withoutComments(text: string): string {
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, kept: string | undefined) => kept ?? " ",
  );
}

/** Text without comments, strings and templates: only code words are left. */
export function onlyCode(text: string): string {
  return withoutComments(text).replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, '""');
}

/** Specifiers of static, type, dynamic and re-export imports, `import("x").Type` and `require`; `?` for one that is computed. */
export function importsOf(text: string): readonly string[] {
  const code = withoutComments(text);
  const forms = [
    /\b(?:import|export)\b[^"'`;()]*?\bfrom\s*["']([^"']+)["']/g,
    /\bimport\s*["']([^"']+)["']/g,
    /\b(?:import|require)\s*\(\s*["'`]([^"'`$]+)["'`]/g,
  ];
  const literal = forms.flatMap((form) => [...code.matchAll(form)].map((match) => match[1] ?? ""));
  const computed = [...code.matchAll(/\b(?:import|require)\s*\(\s*(?!["'`][^"'`$]+["'`])/g)].map(() => "?");
  return [...literal, ...computed];
}

/** Where a specifier leads: a path in the repository, `node:x`, a package's name, or `?`. */
export function targetOf(file: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const path = new URL(specifier, `file:///${file}`).pathname.slice(1);
  return decodeURIComponent(path);
}

/** Which targets a folder may import; anything else is a hole in a wall. */
interface Wall {
  readonly folder: RegExp;
  readonly may: RegExp;
}

/** First match counts: from the narrow to the wide. */
const walls: readonly Wall[] = [
  { folder: /^src\/model\//, may: /^src\/model\// },
  { folder: /^src\/control\//, may: /^src\/(control|model)\// },
  {
    folder: /^src\/protocol\//,
    may: /^(src\/(protocol|model)\/|node:buffer$|node:crypto$|cbor-x$|ajv(\/dist\/2020\.js)?$)/,
  },
  { folder: /^src\/views\//, may: /^src\/(views|model)\// },
  { folder: /^src\/drivers\//, may: /^(src\/(drivers|protocol|model)\/|node:|(?!src\/)[a-z@])/ },
  { folder: /^src\/sim\//, may: /^(src\/(sim|model)\/|node:|(?!src\/)[a-z@])/ },
  { folder: /^src\/shell\//, may: /^(src\/(shell|views|model)\/|node:|(?!src\/)[a-z@])/ },
  { folder: /^src\/(store|site)\//, may: /^(src\/(store|site|protocol|model)\/|node:|(?!src\/)[a-z@])/ },
  { folder: /^src\/(commands\/(demo|simulate)|main\.ts)/, may: /^(src\/|node:|(?!src\/)[a-z@])/ },
  { folder: /^src\//, may: /^(src\/(?!sim\/)|node:|(?!src\/)[a-z@])/ },
  { folder: /^(test|scripts)\//, may: /^[a-z@?]/ },
];

/** Imports of a file that its folder's wall does not let through. */
export function holes(file: string, text: string): readonly string[] {
  const wall = walls.find(({ folder }) => folder.test(file));
  return importsOf(text)
    .map((specifier) => targetOf(file, specifier))
    .filter((target) => wall === undefined || !wall.may.test(target) || isForeign(target, file))
    .map((target) => `${file} imports ${target}`);
}

/** Sources import sources: never compiled output, tests, or a computed name behind a wall. */
function isForeign(target: string, file: string): boolean {
  if (/^(dist|node_modules)\//.test(target)) return true;
  return file.startsWith("src/") && /^(test|scripts)\//.test(target);
}

/** What in control would let time, chance or the outside world in, by the words of its code. */
export function impurities(text: string): readonly string[] {
  const code = onlyCode(text);
  const forbidden = [
    /\bMath\b(?!\.(?!random\b)[a-z])/g,
    /\b(Date|performance|process|globalThis|global|crypto|Intl|eval|Function|require|queueMicrotask|fetch)\b/g,
    /\b(set|clear)(Timeout|Interval|Immediate)\b/g,
    /\bimport\.meta\b/g,
    /\bimport\s*\(/g,
    /\.constructor\b|\[\s*""\s*\]\s*\(/g,
    /\b(async|await|Promise)\b/g,
    /\bclass\s+[A-Z]\w*/g,
    /\bconsole\b/g,
  ];
  return forbidden.flatMap((form) => [...code.matchAll(form)].map(([word]) => word));
}
