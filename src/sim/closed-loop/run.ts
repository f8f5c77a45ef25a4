/** Runs a scenario in virtual time, second by second: events, physics, instruments, scan, invariants, measures. Deterministic. */
import type { Command } from "../../model/command.ts";
import type { MinerReport } from "../../model/miner.ts";
import type { Site } from "../../model/site.ts";
import { randomOf } from "../random.ts";
import { type Container, openContainer } from "./container.ts";
import { type Controller, openController, type Scan } from "./controller.ts";
import type { Core } from "./core.ts";
import { openDispatcher } from "./dispatcher.ts";
import { openJudge, type ShedTime } from "./expectations.ts";
import { openFaults } from "./faults.ts";
import { type Happenings, openHappenings } from "./happenings.ts";
import { openInstruments } from "./instruments.ts";
import type { SimulatedMachine } from "./machine.ts";
import { type Measures, openMeasurer } from "./measures.ts";
import type { Moment, RunParts } from "./moment.ts";
import { openMonitor, type Violation } from "./monitor.ts";
import { plantOf } from "./plant-of-site.ts";
import type { Scenario } from "./scenario.ts";
import type { Trace } from "./traces.ts";

export interface RunResult {
  readonly scenario: string;
  readonly seed: number;
  readonly seconds: number;
  readonly measures: Measures;
  readonly sheds: readonly ShedTime[];
  readonly violations: readonly Violation[];
  readonly failures: readonly string[];
  readonly good: boolean;
}

export interface RunOptions {
  /** Called once a virtual second with what there is to see. */
  readonly each?: (moment: Moment, parts: RunParts) => void;
  /** What the scenario's traces hold. */
  readonly traces?: readonly Trace[];
  /** Ends the run early when it says so. */
  readonly until?: (violations: readonly Violation[]) => boolean;
}

/** The timer relay in series with the contactors drops when no scan came for this long [ms]. Source: DESIGN section 3. */
const relayMilliseconds = 20_000;

/** Runs it; a sentence where the site cannot be simulated. */
export function runScenario<State>(
  scenario: Scenario,
  site: Site,
  core: Core<State>,
  options: RunOptions = {},
): RunResult | string {
  const run = openRun(scenario, site, core, options.traces ?? []);
  if (typeof run === "string") return run;
  const end = Math.round(scenario.durationSeconds * 1000);
  const { parts, monitor, measurer, judge } = run;
  const scanMilliseconds = Math.round(scenario.scanSeconds * 1000);
  let now = 0;
  while (now < end && options.until?.(monitor.violations()) !== true) {
    now += scanMilliseconds;
    const moment = second(run, now);
    monitor.watch(moment);
    measurer.measure(moment, scanMilliseconds / 1000);
    judge.look(moment);
    options.each?.(moment, parts);
  }
  const measures = measurer.result();
  const violations = monitor.violations();
  const failures = judge.failures(measures, now / 1000);
  return {
    scenario: scenario.name,
    seed: scenario.seed,
    seconds: now / 1000,
    measures,
    sheds: judge.sheds(),
    violations,
    failures,
    good: violations.length === 0 && failures.length === 0,
  };
}

interface Run {
  readonly parts: RunParts;
  readonly controller: Controller;
  readonly happenings: Happenings;
  readonly monitor: ReturnType<typeof openMonitor>;
  readonly measurer: ReturnType<typeof openMeasurer>;
  readonly judge: ReturnType<typeof openJudge>;
  readonly reports: Record<string, MinerReport>;
  /** The same, aligned with the container's machines. */
  readonly told: MinerReport[];
}

function openRun<State>(scenario: Scenario, site: Site, core: Core<State>, traces: readonly Trace[]): Run | string {
  const random = randomOf(scenario.seed);
  const hidden = plantOf(site, scenario.plant, random.fork("plant"));
  if (typeof hidden === "string") return hidden;
  const faults = openFaults();
  const container = openContainer(site, hidden, faults, random.fork("machines"));
  container.ambientCelsius = scenario.plant.ambientCelsius;
  const instruments = openInstruments(
    container,
    faults,
    { meterLagMilliseconds: scenario.meterLagSeconds * 1000 },
    random.fork("instruments"),
  );
  const dispatcher = openDispatcher(site, faults, { heartbeatMilliseconds: scenario.heartbeatSeconds * 1000 });
  const controller = openController(core, site, faults);
  const foreignSleepers = new Set(scenario.startAsleep);
  for (const machine of container.machines) if (foreignSleepers.has(machine.name)) putToSleep(machine);
  const parts: RunParts = { site, container, faults, instruments, dispatcher, foreignSleepers };
  return {
    parts,
    controller,
    happenings: openHappenings(scenario, parts, controller, traces),
    monitor: openMonitor(parts),
    measurer: openMeasurer(parts),
    judge: openJudge(scenario.expect, parts),
    reports: {},
    told: [],
  };
}

function putToSleep(machine: SimulatedMachine): void {
  machine.stage = "asleep";
  machine.watts = machine.model.asleepWatts;
}

function second(run: Run, now: number): Moment {
  const { parts, controller, happenings, reports } = run;
  const { container, instruments, dispatcher } = parts;
  const local = happenings.until(now);
  container.relay(now - controller.scannedAt() < relayMilliseconds);
  container.advance(now - container.now());
  if (controller.startedAt() === null) container.forget();
  instruments.advance(now);
  collect(run);
  const alive = controller.startedAt() !== null;
  const remote = alive ? dispatcher.arrivals(now) : [];
  const commands: Command[] = [...remote, ...local];
  const scan = controller.scan({
    now,
    readings: instruments.readings(),
    miners: reports,
    commands,
    heartbeat: dispatcher.heartbeat(now),
  });
  const woken = scan === null ? [] : apply(container, scan, dispatcher);
  if (scan !== null) happenings.see(scan.decision.trips);
  const startedAt = scan?.startedAt ?? controller.startedAt();
  return { now, scan, startedAt, commands: scan === null ? [] : remote, woken };
}

/** Gathers the newest reports; a name is looked up only where a link has told something new. */
function collect({ parts, reports, told }: Run): void {
  for (const [index, { name, report }] of parts.container.machines.entries()) {
    if (told[index] === report) continue;
    told[index] = report;
    reports[name] = report;
  }
}

function apply(
  container: Container,
  { decision }: Scan,
  dispatcher: RunParts["dispatcher"],
): readonly SimulatedMachine[] {
  dispatcher.hear(decision.acknowledgements);
  return container.command(decision.minerTargets, decision.outputs);
}
