/** The library of hardware: finds, reads and checks the files of boards/, each once. */
import { readdirSync } from "node:fs";
import type { BoardFile } from "../model/generated/board.ts";
import type { FirmataBoardFile } from "../model/generated/firmata-board.ts";
import type { MinerModelFile } from "../model/generated/miner-model.ts";
import { fail, type Result, succeed } from "../model/result.ts";
import { checkBoard } from "./board-rules.ts";
import { type Document, locate, readDocument } from "./document.ts";
import { checkFirmataBoard } from "./firmata-rules.ts";
import type { Finding, SiteProblem } from "./problem.ts";
import { checkShape } from "./shapes.ts";

/** Folders of boards/ by what their files describe. */
const folders = {
  modbus: ["meters", "sensors", "io", "drives"],
  firmata: ["firmata"],
  miner: ["miners"],
} as const;

export interface BoardLibrary {
  modbus(name: string): Found<BoardFile>;
  firmata(name: string): Found<FirmataBoardFile>;
  miner(name: string): Found<MinerModelFile>;
  /** Names there are, for suggestions. */
  names(kind: keyof typeof folders): readonly string[];
  /** Every file read so far. */
  documents(): readonly Document[];
  /** What is wrong with the files read so far. */
  problems(): readonly SiteProblem[];
}

/** `unknown`: no such file. `broken`: there is one, and its problems are among `problems()`. */
type Found<File> = Result<File, "unknown" | "broken">;

export interface BoardPlace {
  /** Of the library; ends with a slash. */
  readonly folder: string;
  readonly kind: keyof typeof folders;
  readonly name: string;
}

/** What a path below a library's folders names: the library, the kind of file and its name; null for any other path. */
export function placeOfBoard(path: string): BoardPlace | null {
  const [, folder = "", subfolder = "", name = ""] = /^(.*\/)([^/]+)\/([^/]+)\.(?:json|ya?ml)$/.exec(path) ?? [];
  if (subfolder === "") return null;
  if (folders.modbus.some((each) => each === subfolder)) return { folder, kind: "modbus", name };
  if (folders.firmata.some((each) => each === subfolder)) return { folder, kind: "firmata", name };
  return folders.miner.some((each) => each === subfolder) ? { folder, kind: "miner", name } : null;
}

/** The library of a folder that holds meters/, sensors/ ...; ends with a slash. */
export function boardLibrary(folder: string): BoardLibrary {
  const documents = new Map<string, Document>();
  const problems: SiteProblem[] = [];
  const finder = <File>(kind: keyof typeof folders, read: (document: Document) => Checked<File>) => {
    const files = filesOf(folder, folders[kind]);
    const known = new Map<string, Found<File>>();
    return {
      names: [...files.keys()].sort(),
      find: (name: string): Found<File> => {
        const path = files.get(name);
        if (path === undefined) return fail("unknown");
        const earlier = known.get(name);
        if (earlier !== undefined) return earlier;
        const found = readBoard(path, read, documents, problems);
        known.set(name, found);
        return found;
      },
    };
  };
  const modbus = finder("modbus", (document) => checked(document, checkShape(document, "board"), checkBoard));
  const firmata = finder("firmata", (document) =>
    checked(document, checkShape(document, "firmata-board"), checkFirmataBoard),
  );
  const miner = finder("miner", (document) => checked(document, checkShape(document, "miner-model"), () => []));
  const names = { modbus: modbus.names, firmata: firmata.names, miner: miner.names };
  return {
    modbus: modbus.find,
    firmata: firmata.find,
    miner: miner.find,
    names: (kind) => names[kind],
    documents: () => [...documents.values()],
    problems: () => problems,
  };
}

type Checked<File> = Result<File, readonly SiteProblem[]>;

function checked<File>(
  document: Document,
  shaped: Checked<File>,
  rules: (file: File) => readonly Finding[],
): Checked<File> {
  if (!shaped.ok) return shaped;
  const findings = rules(shaped.value);
  return findings.length > 0 ? fail(locate(document, findings)) : shaped;
}

function readBoard<File>(
  path: string,
  read: (document: Document) => Checked<File>,
  documents: Map<string, Document>,
  problems: SiteProblem[],
): Found<File> {
  const document = readDocument(path);
  if (document.ok) documents.set(path, document.value);
  const file = document.ok ? read(document.value) : document;
  if (file.ok) return succeed(file.value);
  problems.push(...file.error);
  return fail("broken");
}

/** Name -> path of the JSON and YAML files of some folders. */
function filesOf(folder: string, subfolders: readonly string[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const subfolder of subfolders)
    for (const file of listIfThere(`${folder}${subfolder}`)) {
      const name = /^(.+)\.(json|ya?ml)$/.exec(file)?.[1];
      if (name !== undefined) files.set(name, `${folder}${subfolder}/${file}`);
    }
  return files;
}

function listIfThere(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
