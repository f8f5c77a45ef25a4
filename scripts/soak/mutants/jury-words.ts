/** What a jury is asked, and what it answers, line by line, over file descriptor 3. */

export const answerDescriptor = 3;

export interface Question {
  /** The mutant; null: the core as it is. */
  readonly change: { readonly url: string; readonly by: string } | null;
  /** In this order, until one fails; null as the number: every test of the file, whatever fails. */
  readonly tests: readonly (
    | { readonly file: string; readonly number: null }
    | { readonly file: string; readonly number: number; readonly name: string }
  )[];
  /** Folder, with a slash, whose files are watched for the lines that each test runs; null: none. */
  readonly watched: string | null;
}

/** Which lines of which files ran: by file, one bit a line, the lowest first, in hexadecimal digits. */
export type Lines = Readonly<Record<string, string>>;

export type Answer =
  /** A file has been loaded, with the lines that its loading ran. */
  | { readonly kind: "loaded"; readonly file: string; readonly lines: Lines }
  | { readonly kind: "asks"; readonly file: string; readonly number: number; readonly name: string }
  | {
      readonly kind: "answer";
      readonly file: string;
      readonly number: number;
      readonly name: string;
      readonly passes: boolean;
      /** Of the processor, whatever else the machine does. */
      readonly milliseconds: number;
      readonly lines: Lines;
    };
