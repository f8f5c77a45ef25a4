/** What a person may ask of a demo on the command line. */

export interface DemoOptions {
  readonly seconds?: number;
  readonly broker?: string;
  readonly site?: string;
  readonly plain?: boolean;
  readonly json?: boolean;
  readonly seed: number;
}
