/** One device of a simulated line as the wire sees it. */

/** Data of a reply (registers as words, or bits), or the code of an exception. */
export type Answer =
  | { readonly kind: "words"; readonly words: readonly number[] }
  | { readonly kind: "bits"; readonly bits: readonly number[] }
  | { readonly kind: "written" }
  | { readonly kind: "exception"; readonly code: number };

export interface Slave {
  readonly name: string;
  readonly address: number;
  /** New physical values, by quantity (`powerWatts`, `input3Celsius`, `input4`). */
  truth(quantity: string, value: number): void;
  /** From here on (or no longer) it shows what it shows at this moment. */
  freeze(on: boolean): void;
  /** A fault of its installation (`meterFaults`) begins with this value, or ends: null. */
  installed(fault: string, value: number | null): void;
  read(code: number, address: number, count: number, now: number): Answer;
  write(code: number, address: number, value: number): Answer;
  /** Outputs as they stand: `output1` ... */
  outputs(): Readonly<Record<string, number>>;
}
