/** DS18B20 sensors on one 1-Wire bus, by the bytes of their data sheet: reset, ROM commands, conversion, scratchpad. Shares nothing with the driver. */

/** Maxim DS18B20 data sheet (19-7487): ROM and function commands. */
const skipRom = 0xcc;
const matchRom = 0x55;
const convertTemperature = 0x44;
const readScratchpad = 0xbe;
/** Longest conversion, at 12 bits [ms]; data sheet, table 2. */
const conversionMilliseconds = 750;
/** Scratchpad at power-on: 85 °C, alarm bytes of the factory, 12 bits, reserved bytes; data sheet, figure 9. */
const powerOn: readonly number[] = [0x50, 0x05, 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10];

export interface Sensor {
  readonly rom: readonly number[];
  celsius: number;
  /** Does not answer at all. */
  disconnected: boolean;
  /** Has lost its supply for a moment: what it held is gone. */
  powerCut(): void;
  /** The wrong bit it answers the next reads of its scratchpad with, while set. */
  disturbed: boolean;
}

interface LiveSensor extends Sensor {
  scratchpad: readonly number[];
  convertingUntil: number;
  pending: number;
}

/** The checksum byte by a shift register drawn bit by bit, as in the data sheet's figure: x^8 + x^5 + x^4 + 1. */
function checksum(bytes: readonly number[]): number {
  const register = [0, 0, 0, 0, 0, 0, 0, 0];
  for (const byte of bytes)
    for (let bit = 0; bit < 8; bit += 1) {
      const feedback = ((byte >> bit) & 1) ^ (register[7] ?? 0);
      register.unshift(feedback);
      register.length = 8;
      register[4] = (register[4] ?? 0) ^ feedback;
      register[5] = (register[5] ?? 0) ^ feedback;
    }
  return register.reduce((sum, value, index) => sum | (value << (7 - index)), 0);
}

function createSensor(serial: readonly number[]): LiveSensor {
  const body = [0x28, ...serial];
  const sensor: LiveSensor = {
    rom: [...body, checksum(body)],
    celsius: 25,
    disconnected: false,
    disturbed: false,
    scratchpad: powerOn,
    convertingUntil: 0,
    pending: 0,
    powerCut: () => {
      sensor.scratchpad = powerOn;
      sensor.convertingUntil = 0;
    },
  };
  return sensor;
}

export interface OneWireBus {
  readonly sensors: readonly Sensor[];
  /** Data and ground joined: everything reads as zeros. */
  shorted: boolean;
  /** One transaction after a reset pulse: what is written, and so many bytes read; `now` [ms]. */
  transact(written: readonly number[], read: number, now: number): number[];
}

/** A bus with one sensor for each serial number of six bytes. */
export function createOneWireBus(serials: readonly (readonly number[])[]): OneWireBus {
  const sensors = serials.map(createSensor);
  const bus: OneWireBus = {
    sensors,
    shorted: false,
    transact: (written, read, now) => {
      if (bus.shorted) return Array.from({ length: read }, () => 0);
      const [romCommand, ...rest] = written;
      const code = romCommand === matchRom ? rest.splice(0, 8) : null;
      const addressed = sensors.filter(
        (sensor) =>
          !sensor.disconnected && (romCommand === skipRom || sensor.rom.every((byte, index) => byte === code?.[index])),
      );
      const answers = addressed.map((sensor) => answer(sensor, rest[0], read, now));
      // Open drain: whoever pulls low wins, and nobody at all reads as ones.
      return Array.from({ length: read }, (_, index) =>
        answers.reduce((byte, each) => byte & (each[index] ?? 0xff), 0xff),
      );
    },
  };
  return bus;
}

function answer(sensor: LiveSensor, command: number | undefined, read: number, now: number): number[] {
  finish(sensor, now);
  if (command === convertTemperature) {
    sensor.convertingUntil = now + conversionMilliseconds;
    sensor.pending = sensor.celsius;
    return Array.from({ length: read }, () => 0x00);
  }
  if (command !== readScratchpad) return [];
  const bytes = [...sensor.scratchpad, checksum(sensor.scratchpad)];
  if (sensor.disturbed) bytes[0] = (bytes[0] ?? 0) ^ 0x40;
  return bytes;
}

function finish(sensor: LiveSensor, now: number): void {
  if (sensor.convertingUntil === 0 || now < sensor.convertingUntil) return;
  sensor.convertingUntil = 0;
  const sixteenths = Math.round(sensor.pending * 16) & 0xffff;
  sensor.scratchpad = [sixteenths & 0xff, sixteenths >> 8, ...powerOn.slice(2)];
}
