/** How a far end (a process of its own) talks to whoever runs the physics: JSON over Node's channel between parent and child. */

/** From the parent. Names are the far end's own business: `device/quantityUnit` for lines and boards, `machine/quantityUnit` for machines. */
export type ToFarEnd =
  /** First message; the shape of `setup` belongs to the far end and is documented there. */
  | { readonly type: "setup"; readonly setup: unknown }
  /** The physical truth at the end of the wire; only what changed need be named. */
  | { readonly type: "truth"; readonly values: Readonly<Record<string, number>> }
  /** Starts (or with `on: false` ends) a fault by the far end's own name for it. */
  | {
      readonly type: "fault";
      readonly target: string;
      readonly fault: string;
      readonly on: boolean;
      readonly value?: number;
    }
  /** Asks for all effects up to this moment; answered by `told` behind them. */
  | { readonly type: "tell" };

/** By name: what is known to it and whoever may command it, and must be told to nobody else. */
export type Secrets = Readonly<Record<string, readonly string[]>>;

/** From the far end. */
export type FromFarEnd =
  /** Answer to `setup`, once it may be reached. */
  | { readonly type: "ready" }
  /** What the controller did to it: outputs written, power drawn; on change, and at least each second. */
  | { readonly type: "effects"; readonly values: Readonly<Record<string, number>> }
  /** Answer to `tell`: every effect up to it has been sent. */
  | { readonly type: "told"; readonly secrets: Secrets }
  /** The far end could not do what it was asked; it ends after this. */
  | { readonly type: "failed"; readonly text: string };

export interface FarEndHandlers {
  /** Resolves when the far end may be reached. */
  setup(setup: unknown): Promise<void>;
  truth(values: Readonly<Record<string, number>>): void;
  fault(target: string, fault: string, on: boolean, value: number | undefined): void;
  /** Absent: it knows none. */
  secrets?(): Secrets;
}

/** Serves one far end in this (child) process; it ends when the parent goes away. */
export function serveFarEnd(handlers: FarEndHandlers): { effects(values: Readonly<Record<string, number>>): void } {
  const send = (message: FromFarEnd): void => {
    // The parent may go at any moment; its going ends this process by itself.
    if (process.connected) process.send?.(message, () => {});
  };
  process.on("disconnect", () => process.exit(0));
  process.on("message", (message: ToFarEnd) => {
    if (message.type === "truth") handlers.truth(message.values);
    else if (message.type === "fault") handlers.fault(message.target, message.fault, message.on, message.value);
    else if (message.type === "tell") {
      // A truth without news: whoever takes one tells what has changed.
      handlers.truth({});
      send({ type: "told", secrets: handlers.secrets?.() ?? {} });
    } else
      handlers.setup(message.setup).then(
        () => send({ type: "ready" }),
        (error: unknown) => {
          send({ type: "failed", text: String(error) });
          process.exitCode = 1;
          process.disconnect();
        },
      );
  });
  return { effects: (values) => send({ type: "effects", values }) };
}
