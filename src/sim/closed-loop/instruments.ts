/** Instruments: what every point of a site shows of the truth, with noise, averaging, polls, and its own faults. */
import type { PointName, Reading, Readings } from "../../model/reading.ts";
import { fluidJoulesPerLiterKelvin } from "../plant/parameters.ts";
import { flowLitersPerMinute, levelPercent } from "../plant/plant.ts";
import type { Random } from "../random.ts";
import type { Container } from "./container.ts";
import type { Faults } from "./faults.ts";
import type { FaultName } from "./scenario.ts";

export interface Instruments {
  /** Samples what is due. */
  advance(now: number): void;
  /** Newest readings; the same object each time, changed by the next `advance`. */
  readings(): Readings;
  /** Readings as they would be with every value there is lost or found again: what a healthy wire shows. */
  healthy(): Readings;
  readonly points: readonly PointName[];
}

interface Instrument {
  readonly name: PointName;
  readonly device: string;
  readonly truth: () => number;
  /** Standard deviation of its noise, in its unit and as a share of the value. */
  readonly noise: number;
  readonly noiseRatio: number;
  readonly lagMilliseconds: number;
  readonly pollMilliseconds: number;
  readonly isContact: boolean;
  /** 1 to 3: the current of this phase; 0: power; -1: neither. */
  readonly phase: number;
  shown: number;
  nextAt: number;
  healthy: Reading;
  reading: Reading | null;
  faulty: boolean;
}

const pointFaults: readonly FaultName[] = [
  "missing",
  "no-reply",
  "stale",
  "not-a-number",
  "stuck",
  "drift",
  "offset",
  "scale",
];
/** Class 0.5 meters, Pt100 modules, vortex meters, level transmitters: their short-term noise. Choice: a third of their class. */
const meterNoiseRatio = 0.0015;
const coolantNoiseKelvin = 0.08;
const flowNoiseRatio = 0.01;
const levelNoisePercent = 0.2;
const frequencyNoiseHertz = 0.001;
/** A cabinet of breakers is this much warmer than the air outside [K]. Choice. */
const cabinetRiseKelvin = 8;

export function openInstruments(
  container: Container,
  faults: Faults,
  options: { readonly meterLagMilliseconds: number },
  random: Random,
): Instruments {
  const instruments = [
    ...meterPoints(container, options.meterLagMilliseconds),
    ...tankPoints(container),
    ...loopPoints(container),
    ...supplyPoints(container, faults),
  ];
  const shown: Record<PointName, Reading> = {};
  for (const instrument of instruments) {
    instrument.shown = instrument.truth();
    instrument.nextAt = random.between(0, instrument.pollMilliseconds);
    if (instrument.reading !== null) shown[instrument.name] = instrument.reading;
  }
  let seen = -1;
  let before = 0;
  return {
    points: instruments.map(({ name }) => name),
    advance(now) {
      const dark = faults.find("black-out") !== null || faults.find("line-dead") !== null;
      if (seen !== faults.version()) {
        seen = faults.version();
        for (const instrument of instruments) instrument.faulty = dark || isFaulty(faults, instrument);
      }
      for (const instrument of instruments) {
        const share = instrument.lagMilliseconds <= 0 ? 0 : Math.exp(-(now - before) / instrument.lagMilliseconds);
        const truth = instrument.truth();
        instrument.shown = truth + (instrument.shown - truth) * share;
        if (instrument.nextAt > now) continue;
        instrument.nextAt = now + instrument.pollMilliseconds;
        instrument.healthy = sample(instrument, now, random);
        instrument.reading = instrument.faulty ? spoil(instrument, faults, dark, now) : instrument.healthy;
        if (instrument.reading === null) delete shown[instrument.name];
        else shown[instrument.name] = instrument.reading;
      }
      before = now;
    },
    readings: () => shown,
    healthy: () => Object.fromEntries(instruments.map(({ name, healthy }) => [name, healthy])),
  };
}

function sample(instrument: Instrument, now: number, random: Random): Reading {
  const { shown, noise, noiseRatio, lagMilliseconds } = instrument;
  const value = instrument.isContact
    ? instrument.truth()
    : shown + random.noise() * (noise + noiseRatio * Math.abs(shown));
  return { quality: "good", value, at: now - lagMilliseconds };
}

function isFaulty(faults: Faults, { name, device, phase }: Instrument): boolean {
  if (phase >= 0 && faults.find("current-transformer-lost", device) !== null) return true;
  return pointFaults.some((fault) => faults.find(fault, name) !== null || faults.find(fault, device) !== null);
}

function spoil(instrument: Instrument, faults: Faults, dark: boolean, now: number): Reading | null {
  const { name, device, phase, healthy, reading } = instrument;
  const find = (fault: FaultName) => faults.find(fault, name) ?? faults.find(fault, device);
  if (dark || find("no-reply") !== null) return { quality: "bad", fault: "no-reply", at: now };
  if (find("missing") !== null) return null;
  if (find("stale") !== null) return reading ?? { quality: "bad", fault: "not-read-yet", at: now };
  if (healthy.quality === "bad") return healthy;
  if (find("not-a-number") !== null) return { ...healthy, value: Number.NaN };
  let { value } = healthy;
  const lost = faults.find("current-transformer-lost", device);
  if (lost !== null && phase === (lost.value ?? 1)) value = 0;
  if (lost !== null && phase === 0) value *= 2 / 3;
  const stuck = find("stuck");
  if (stuck !== null) value = stuck.value ?? (reading?.quality === "good" ? reading.value : value);
  const drift = find("drift");
  if (drift !== null) value += ((drift.value ?? 0.5) * (now - drift.sinceMilliseconds)) / 60_000;
  value += find("offset")?.value ?? 0;
  value *= find("scale")?.value ?? 1;
  return { ...healthy, value };
}

function instrumentOf(
  name: PointName,
  truth: () => number,
  parts: Partial<
    Pick<Instrument, "noise" | "noiseRatio" | "lagMilliseconds" | "pollMilliseconds" | "isContact" | "phase">
  >,
): Instrument {
  return {
    name,
    device: name.slice(0, name.indexOf("/")),
    truth,
    noise: 0,
    noiseRatio: 0,
    lagMilliseconds: 0,
    pollMilliseconds: 1000,
    isContact: false,
    phase: -1,
    shown: 0,
    nextAt: 0,
    healthy: { quality: "bad", fault: "not-read-yet", at: 0 },
    reading: { quality: "bad", fault: "not-read-yet", at: 0 },
    faulty: false,
    ...parts,
  };
}

function meterPoints(container: Container, lagMilliseconds: number): readonly Instrument[] {
  const { site, hidden } = container;
  return site.branches.flatMap((branch, index) => {
    const place = hidden.branches.indexOf(index);
    const state = () => (index === hidden.feeder ? container.plant().feeder : container.plant().branches[place]);
    const meter = { noiseRatio: meterNoiseRatio, lagMilliseconds };
    const points: Instrument[] = [];
    if (branch.meter !== null) {
      const { powerWatts, currentAmperes, voltageVolts } = branch.meter;
      points.push(instrumentOf(powerWatts, () => state()?.watts ?? 0, { ...meter, phase: 0 }));
      for (const [line, name] of currentAmperes.entries())
        points.push(instrumentOf(name, () => state()?.amperes[line] ?? 0, { ...meter, phase: line + 1 }));
      for (const name of voltageVolts) points.push(instrumentOf(name, () => container.plant().volts, meter));
    }
    if (branch.contactor !== null)
      points.push(
        instrumentOf(branch.contactor.feedback, () => (container.plant().branches[place]?.closed === true ? 1 : 0), {
          isContact: true,
        }),
      );
    return points;
  });
}

/** Frequencies: of the grid by a fast transducer, of a generator by its controller; contacts of smoke detector and certified relay; the air around the breakers. */
function supplyPoints(container: Container, faults: Faults): readonly Instrument[] {
  const { frequency, generator, smokeClear = [], branches } = container.site;
  const truth = (): number => container.frequencyHertz;
  const points: Instrument[] = [];
  if (frequency?.response !== undefined)
    points.push(instrumentOf(frequency.response.point, truth, { noise: frequencyNoiseHertz, pollMilliseconds: 100 }));
  if (generator?.frequency !== undefined)
    points.push(instrumentOf(generator.frequency.point, truth, { noise: frequencyNoiseHertz }));
  for (const name of smokeClear)
    points.push(instrumentOf(name, () => (faults.find("smoke") === null ? 1 : 0), { isContact: true }));
  const cabinet = branches.find(({ derating }) => derating !== undefined)?.derating?.point ?? null;
  if (cabinet !== null)
    points.push(
      instrumentOf(cabinet, () => container.ambientCelsius + cabinetRiseKelvin, { noise: coolantNoiseKelvin }),
    );
  if (frequency?.relay !== undefined)
    points.push(
      instrumentOf(frequency.relay.clear, () => (faults.find("frequency-relay") === null ? 1 : 0), { isContact: true }),
    );
  return points;
}

function tankPoints(container: Container): readonly Instrument[] {
  const { site, hidden } = container;
  return site.tanks.flatMap((tank, index) => {
    const state = () => container.plant().tanks[index];
    const figures = hidden.parameters.tanks[index];
    const points = tank.coolant.sensors.map((name) =>
      instrumentOf(name, () => state()?.sensedCelsius ?? 0, { noise: coolantNoiseKelvin }),
    );
    const contact = (name: PointName, truth: () => boolean): void => {
      points.push(instrumentOf(name, () => (truth() ? 1 : 0), { isContact: true }));
    };
    const read = (of: typeof flowLitersPerMinute) => (): number => {
      const now = state();
      return figures === undefined || now === undefined ? 0 : of(figures, now);
    };
    if (tank.flow !== null)
      points.push(instrumentOf(tank.flow.point, read(flowLitersPerMinute), { noiseRatio: flowNoiseRatio }));
    if (tank.level !== null)
      points.push(instrumentOf(tank.level.point, read(levelPercent), { noise: levelNoisePercent }));
    const feedback = tank.pump?.feedback ?? null;
    const moves = () => state()?.pumpRunning === true;
    if (feedback !== null) contact(feedback, () => moves() && container.runs(tank.name, "pump"));
    const standby = tank.pump?.standby?.feedback ?? null;
    if (standby !== null) contact(standby, () => moves() && container.runs(tank.name, "standby"));
    if (tank.inlet !== undefined)
      points.push(instrumentOf(tank.inlet.point, () => inletOf(container, index), { noise: coolantNoiseKelvin }));
    for (const name of tank.leakDry) contact(name, () => state()?.leaking !== true);
    return points;
  });
}

/** Fluid as it comes back from its exchanger [°C]; without flow as warm as the rest. */
function inletOf(container: Container, index: number): number {
  const plant = container.plant();
  const tank = plant.tanks[index];
  const figures = container.hidden.parameters.tanks[index];
  if (tank === undefined || figures === undefined) return 0;
  const wattsPerKelvin = (flowLitersPerMinute(figures, tank) / 60) * fluidJoulesPerLiterKelvin;
  const exchanged = figures.exchangerWattsPerKelvin * tank.pumpRatio * (tank.bulkCelsius - plant.loopCelsius);
  return wattsPerKelvin < 1 ? tank.bulkCelsius : tank.bulkCelsius - exchanged / wattsPerKelvin;
}

function loopPoints(container: Container): readonly Instrument[] {
  return (container.site.coolingLoops ?? []).flatMap(({ ambient, fans, heat }) => {
    const warm = { noise: coolantNoiseKelvin };
    const points: Instrument[] = [];
    if (ambient !== null) points.push(instrumentOf(ambient.point, () => container.ambientCelsius, warm));
    for (const fan of fans)
      if (fan.feedback !== null)
        points.push(instrumentOf(fan.feedback, () => (container.fanRuns(fan) ? 1 : 0), { isContact: true }));
    if (heat === null) return points;
    points.push(instrumentOf(heat.supply.point, () => container.plant().loopCelsius, warm));
    return [...points, instrumentOf(heat.ready, () => 1, { isContact: true })];
  });
}
