/** What a mutant is: one text of the core replaced by another, as a slip of the pen would, and a fault of the tests when nobody notices. */

export interface Mutant {
  /** Short, unique: for `npm run soak -- mutants --only NAME`. */
  readonly name: string;
  /** Under src/control/. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly text: string;
  readonly into: string;
  /** What the change stands for. */
  readonly stands: string;
  /** Test file that is asked first, under test/, without `.test.ts`; all others that run the changed lines follow where it does not notice. */
  readonly by: string;
  /** A sentence that says why nothing can notice it: the core behaves the same with it. */
  readonly equivalent?: string;
}
