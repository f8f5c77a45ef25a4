/** What the process of one test file tells the runner, over file descriptor 3. */

/** File descriptor of the report: standard output belongs to the tests. */
export const reportDescriptor = 3;

export interface FileReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why the file fails although no test did: hooks, missing runs, open handles. */
  readonly faults: readonly string[];
}
