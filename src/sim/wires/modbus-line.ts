/**
 * Far end of one serial line with several Modbus devices, a process of its own on a pseudo-terminal.
 *
 * Setup: `LineSetup` below. Truth: `<device>/powerWatts` (what is not told of a meter follows from it: 230 V, power factor 0.98,
 * 50 Hz), `/current1Amperes`, `/voltage1Volts`, `/frequencyHertz` ...; `/input3Celsius` (never told: an open input, 97.7 °C),
 * `/input2Milliamperes`, `/input4`. Effects: `<device>/output1` ... of boards with outputs.
 * Faults of a device: `late` (value: ms), `mute`, `truncate`, `corrupt`, `garbage`, `wrong-unit`, `short`, `exception` (value: code),
 * `freeze`, `disobey` (acknowledges a write and does nothing), `needs-silence` (value: ms; a request sooner after its last reply is not heard), `talks-unasked` (value: every ms), and of meters those of their installation (meter-installation.ts). Of the target `line`: `noise`, `echo`, `babble`, `second-master`,
 * `hangup`, and `reflections`
 * (value: bytes of a reply that come through; beyond that the more are corrupted the longer they are: no termination).
 * Devices of one address answer at once and garble each other.
 * With `-once` behind its name a fault meets the next reply only.
 */

import { serveFarEnd } from "./far-end.ts";
import { type Bus, createBus } from "./modbus-bus.ts";
import type { Slave } from "./modbus-slave.ts";
import { createSlave, type SlaveKind, slaveKinds } from "./modbus-slaves.ts";
import { openPty, type Pty } from "./pty.ts";

export interface LineSetup {
  /** Path that the controller opens; a symbolic link is made there. */
  readonly link: string;
  readonly baudRate: number;
  readonly parity: "none" | "even" | "odd";
  readonly stopBits: 1 | 2;
  /** `base`: of a SunSpec device, the register of its marker; 40000 if absent. */
  readonly devices: readonly {
    readonly name: string;
    readonly kind: SlaveKind;
    readonly address: number;
    readonly base?: number;
  }[];
  /**
   * What comes at another speed than this line's is not understood, as by a real receiver. The pseudo-terminal itself carries bytes
   * at any speed, but keeps the speed that the program has set, which is looked up at each request (2 ms). Parity is not kept.
   */
  readonly refusesOtherSpeeds?: boolean;
  /** Outputs as they stand at the start, `<device>/output1`: the module kept them while nobody spoke to it. */
  readonly outputs?: Readonly<Record<string, number>>;
  /** From a request to its reply [ms]; default 5. */
  readonly turnaroundMilliseconds?: number;
}

const usualTurnaroundMilliseconds = 5;
/** Bytes are handed over this often, like an adapter's frames [ms]. */
const releaseMilliseconds = 1;
/** Effects are told on change, and this often in any case [ms]. */
const effectsMilliseconds = 1000;

let slaves: readonly Slave[] = [];
let bus: Bus | null = null;
let pty: Pty | null = null;
let link = "";
/** Null: bytes of any speed are understood. */
let speed: number | null = null;
let releasing: NodeJS.Timeout | null = null;

const farEnd = serveFarEnd({ setup, truth, fault });

async function setup(given: unknown): Promise<void> {
  const line = checked(given);
  slaves = line.devices.map(({ name, kind, address, base }) => createSlave(name, kind, address, base));
  truth(line.outputs ?? {});
  const bits = 1 + 8 + (line.parity === "none" ? 0 : 1) + line.stopBits;
  const settings = {
    characterMilliseconds: (1000 * bits) / line.baudRate,
    turnaroundMilliseconds: line.turnaroundMilliseconds ?? usualTurnaroundMilliseconds,
  };
  bus = createBus(slaves, settings, tellEffects);
  link = line.link;
  if (line.refusesOtherSpeeds === true) speed = line.baudRate;
  plugIn();
  tellEffects();
  setInterval(tellEffects, effectsMilliseconds);
}

function plugIn(): void {
  pty ??= openPty(link, (bytes) => {
    if (!understood()) return;
    bus?.receive(bytes, performance.now());
    release();
  });
}

function understood(): boolean {
  return speed === null || pty === null || pty.baudRate() === speed;
}

/** Hands over what is through, and comes again while something is under way. */
function release(): void {
  if (releasing !== null || bus === null) return;
  const bytes = bus.release(performance.now());
  if (bytes.length > 0) pty?.write(bytes);
  if (bus.idle()) return;
  releasing = setTimeout(() => {
    releasing = null;
    release();
  }, releaseMilliseconds);
}

function truth(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    const slash = name.indexOf("/");
    slaves.find((slave) => slave.name === name.slice(0, slash))?.truth(name.slice(slash + 1), value);
  }
}

function fault(target: string, name: string, on: boolean, value: number | undefined): void {
  if (name !== "hangup") {
    bus?.fault(target, name, on, value);
    release();
  } else if (on) {
    pty?.close();
    pty = null;
  } else plugIn();
}

function tellEffects(): void {
  const effects: Record<string, number> = {};
  for (const slave of slaves) {
    for (const [output, state] of Object.entries(slave.outputs())) effects[`${slave.name}/${output}`] = state;
  }
  farEnd.effects(effects);
}

function checked(given: unknown): LineSetup {
  const setup = given as LineSetup;
  for (const { name, kind } of setup.devices) {
    if (!slaveKinds.includes(kind)) throw new Error(`${name}: there is no simulated device of the kind ${kind}`);
  }
  return setup;
}
