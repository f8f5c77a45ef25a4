/** What a running demo consists of, as its keys, its story and its screen see it. */
import type { Site } from "../../model/site.ts";
import type { DemoContainer } from "../../sim/demo/container.ts";
import type { Controller } from "./controller.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Observer } from "./observer.ts";
import type { RunFolder } from "./run-folder.ts";

/** Everything that runs, for keys, story and screen. */
export interface Demo {
  readonly site: Site;
  readonly folder: RunFolder;
  readonly container: DemoContainer;
  readonly controller: Controller;
  readonly observer: Observer;
  readonly dispatcher: Dispatcher;
  /** [ms] since the controller was started. */
  now(): number;
  /** Tells what the demo does. */
  say(text: string): void;
  /** Everything told, newest last. */
  said(): readonly Saying[];
}

export interface Saying {
  readonly text: string;
  /** [ms] since the controller was started. */
  readonly at: number;
}
