/** The machines' credentials: a file beside the site file that only its owner may read. Their values reach the miner links and nothing else. */
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { SecretsFile } from "../model/generated/secrets.ts";
import { fail, type Result, succeed } from "../model/result.ts";
import { readDocument } from "./document.ts";
import { excerpt, type Finding, type SiteProblem, suggestion } from "./problem.ts";
import { checkShape } from "./shapes.ts";

/** By the name that the site file's `credentials` use. */
export type Secrets = Readonly<Record<string, { readonly user: string; readonly password: string }>>;

/** Bits of a file's mode that let others than its owner in. */
const othersMode = 0o077;

/** Reads the credentials of a site, given its site file; that file must have passed `loadSite`. */
export function loadSecrets(siteFile: string): Result<Secrets, readonly SiteProblem[]> {
  const document = readDocument(siteFile);
  if (!document.ok) return document;
  const shape = checkShape(document.value, "site");
  if (!shape.ok) return shape;
  return shape.value.secretsFile === undefined
    ? succeed({})
    : readSecrets(resolve(dirname(siteFile), shape.value.secretsFile));
}

function readSecrets(file: string): Result<Secrets, readonly SiteProblem[]> {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode;
  const document = readDocument(file);
  if (!document.ok) return document;
  if (mode === undefined || (mode & othersMode) !== 0) return fail([openToOthers(file, mode ?? 0)]);
  const shape = checkShape(document.value, "secrets");
  return shape.ok ? succeed(withoutPrototype(shape.value)) : shape;
}

/** What the site asks of its secrets: a file, closed to others, with every credential in it. */
export function secretsFindings(
  siteFile: string,
  secretsFile: string | undefined,
  wanted: readonly { readonly name: string; readonly pointer: string }[],
): { findings: readonly Finding[]; problems: readonly SiteProblem[] } {
  if (secretsFile === undefined) {
    const expected = "`secretsFile`: a YAML file with the machines' credentials, mode 0600";
    return { findings: [{ pointer: "", found: "no `secretsFile`", expected, remedy: "add it" }], problems: [] };
  }
  const secrets = readSecrets(resolve(dirname(siteFile), secretsFile));
  if (!secrets.ok) return { findings: [], problems: secrets.error };
  const names = Object.keys(secrets.value);
  const findings = wanted
    .filter(({ name }) => !names.includes(name))
    .map(({ name, pointer }) => ({
      pointer,
      found: excerpt(name),
      expected: `an entry of ${secretsFile}`,
      remedy: suggestion(name, names),
    }));
  return { findings, problems: [] };
}

function openToOthers(file: string, mode: number): SiteProblem {
  return {
    file,
    line: 1,
    pointer: "",
    found: `mode ${(mode & 0o777).toString(8).padStart(4, "0")}`,
    expected: "mode 0600: only its owner reads credentials",
    remedy: `chmod 600 ${file}`,
  };
}

/** Entries are looked up by names from another file: none may come from Object.prototype. */
function withoutPrototype(secrets: SecretsFile): Secrets {
  return Object.assign(Object.create(null) as Secrets, secrets);
}
