/** Timer 0 of the ATmega328P and ATmega2560 as far as the Arduino core uses it: a free-running count with an overflow interrupt. No compare outputs. */
import type { CPU } from "avr8js";

/** Registers, the same on both: ATmega328P data sheet, section 15.9, ATmega2560 data sheet, section 16.9. */
const flagRegister = 0x35;
const controlRegister = 0x45;
const countRegister = 0x46;
const maskRegister = 0x6e;
/** Cycles a count by the clock select bits of TCCR0B; 0: stopped, external clocks are not wired. */
const prescalers: readonly number[] = [0, 1, 8, 64, 256, 1024, 0, 0];
const countsToOverflow = 256;

/**
 * avr8js's own timer makes an event of every count, four for each turn of an idle firmware's loop; this one makes one an
 * overflow, so that idle time can be skipped.
 */
export function attachTimer0(cpu: CPU, overflowVector: number): void {
  const overflow = {
    address: overflowVector,
    flagRegister,
    flagMask: 1,
    enableRegister: maskRegister,
    enableMask: 1,
  };
  let cyclesPerCount = 0;
  /** Cycle at which the count was, or would have been, zero. */
  let zeroAt = 0;
  const count = (): number => (cyclesPerCount === 0 ? 0 : Math.floor((cpu.cycles - zeroAt) / cyclesPerCount) & 0xff);
  const overflowed = (): void => {
    zeroAt += countsToOverflow * cyclesPerCount;
    cpu.setInterruptFlag(overflow);
    cpu.addClockEvent(overflowed, zeroAt + countsToOverflow * cyclesPerCount - cpu.cycles);
  };
  cpu.readHooks[countRegister] = count;
  cpu.writeHooks[controlRegister] = (value) => {
    cpu.data[controlRegister] = value;
    cpu.clearClockEvent(overflowed);
    cyclesPerCount = prescalers[value & 7] ?? 0;
    zeroAt = cpu.cycles;
    if (cyclesPerCount > 0) cpu.addClockEvent(overflowed, countsToOverflow * cyclesPerCount);
    return true;
  };
  cpu.writeHooks[maskRegister] = (value) => {
    cpu.data[maskRegister] = value;
    cpu.updateInterruptEnable(overflow, value);
    return true;
  };
  cpu.writeHooks[flagRegister] = (value) => {
    cpu.clearInterruptByFlag(overflow, value);
    return true;
  };
}
