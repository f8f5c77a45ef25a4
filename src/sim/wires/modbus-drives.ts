/** Simulated drives of pumps and fans: what their registers say and how their control words are obeyed. Maps are their own, from the makers' pages. */
import type { Answer, Slave } from "./modbus-slave.ts";

export const driveKinds = ["abb-acs355-ach550", "danfoss-fc51"] as const;
export type DriveKind = (typeof driveKinds)[number];

/** Modbus Application Protocol V1.1b3, section 7. */
const illegalFunction: Answer = { kind: "exception", code: 1 };
const illegalAddress: Answer = { kind: "exception", code: 2 };
const motorAmperes = 12.3;
const nominalRevolutions = 1500;
const nominalHertz = 50;

/** State of the motor; `controlWord` and `reference` as last written. */
interface Drive {
  controlWord: number;
  reference: number;
  /** ABB: passed READY TO SWITCH ON, and READY TO OPERATE. */
  armed: boolean;
  ready: boolean;
  running: boolean;
  tripped: boolean;
}

/** Truth: `tripped` (1: a fault stops it), `speedPercent` and `stopped` (1): as somebody else sets it on the spot. Effects: `running` (0 or 1), `speedPercent`, `restored` (how often the line wrote over such a change). */
export function createDrive(name: string, kind: DriveKind, address: number): Slave {
  const drive: Drive = { controlWord: 0, reference: 0, armed: false, ready: false, running: false, tripped: false };
  const isAbb = kind === "abb-acs355-ach550";
  const obey = isAbb ? obeyAbb : obeyDanfoss;
  const register = isAbb ? abbRegister : danfossRegister;
  const controlAddress = isAbb ? 0 : 49_999;
  const referenceAddress = isAbb ? 1 : 50_009;
  /** Registers that somebody else has changed since they were last written. */
  const meddled = new Set<number>();
  let restored = 0;
  return {
    name,
    address,
    truth: (quantity, value) => {
      if (quantity === "speedPercent") {
        drive.reference = Math.round((value / 100) * fullReference(isAbb));
        meddled.add(referenceAddress);
      }
      if (quantity === "stopped" && value === 1) {
        meddled.add(controlAddress);
        drive.controlWord = isAbb ? 0x0406 : 0x043c;
        obey(drive, drive.controlWord);
      }
      if (quantity !== "tripped") return;
      drive.tripped = value === 1;
      if (drive.tripped) Object.assign(drive, { running: false, armed: false, ready: false });
    },
    freeze: () => undefined,
    installed: () => undefined,
    read: (code, start, count) => {
      if (code !== 3) return illegalFunction;
      // Danfoss reads parameters one by one; the double words of its alarms are the longest.
      if (!isAbb && count > 2) return illegalAddress;
      const words = Array.from({ length: count }, (_, index) => register(drive, start + index));
      const present = words.filter((word) => word !== null);
      return present.length === count ? { kind: "words", words: present.map((word) => word & 0xffff) } : illegalAddress;
    },
    write: (code, start, value) => {
      if (code !== 6) return illegalFunction;
      if (meddled.delete(start)) restored += 1;
      if (start === controlAddress) {
        drive.controlWord = value;
        obey(drive, value);
      } else if (start === referenceAddress) drive.reference = value;
      else return illegalAddress;
      return { kind: "written" };
    },
    outputs: () => ({ running: drive.running ? 1 : 0, speedPercent: speedRatio(drive, isAbb) * 100, restored }),
  };
}

/** ABB drives profile: bits 0 to 2 on in turn, then all of bits 0 to 6. Source: ACS550-02 user's manual page 246. Anything else ramps it down. */
function obeyAbb(drive: Drive, word: number): void {
  if (drive.tripped) return;
  if ((word & 0x07) === 0x06) Object.assign(drive, { armed: true, ready: false, running: false });
  else if ((word & 0x07) === 0x07 && drive.armed) {
    drive.running = drive.ready && (word & 0x7f) === 0x6f;
    drive.ready = true;
  } else Object.assign(drive, { armed: false, ready: false, running: false });
}

/** Source: Wiren Board's template of the FC 51: 043C is remote and stopped, bit 6 starts. */
function obeyDanfoss(drive: Drive, word: number): void {
  drive.running = !drive.tripped && (word & ~0x0040) === 0x043c && (word & 0x0040) !== 0;
}

function speedRatio(drive: Drive, isAbb: boolean): number {
  return drive.running ? drive.reference / fullReference(isAbb) : 0;
}

/** The reference at full speed. Sources: ACS355 user's manual; Wiren Board's template of the FC 51. */
function fullReference(isAbb: boolean): number {
  return isAbb ? 20_000 : 0x4000;
}

/** Source: ACS355 user's manual page 313; parameters of group 01 as on the panel. */
function abbRegister(drive: Drive, address: number): number | null {
  const speed = speedRatio(drive, true);
  const bits =
    (drive.armed ? 1 : 0) | (drive.ready ? 2 : 0) | (drive.running ? 4 : 0) | (drive.tripped ? 8 : 0) | 0x0200;
  switch (address) {
    case 0:
      return drive.controlWord;
    case 1:
      return drive.reference;
    case 2:
      return 0;
    case 3:
      return bits;
    case 101:
      return Math.round(speed * nominalRevolutions);
    case 102:
      return Math.round(speed * nominalHertz * 10);
    case 103:
      return drive.running ? motorAmperes * 10 : 0;
    case 400:
      return drive.tripped ? 1 : 0;
    default:
      return address >= 4 && address < 12 ? 0 : null;
  }
}

/** Source: Wiren Board's template of the FC 51: parameter times ten, less one. */
function danfossRegister(drive: Drive, address: number): number | null {
  switch (address) {
    case 49_999:
      return drive.controlWord;
    case 50_009:
      return drive.reference;
    case 50_199:
      return 0x0203 | (drive.tripped ? 8 : 0) | (drive.running ? 0x0800 : 0);
    case 16_129:
      return Math.round(speedRatio(drive, false) * nominalHertz * 10);
    case 16_139:
      return drive.running ? motorAmperes * 100 : 0;
    case 16_119:
      return drive.running ? 400 : 0;
    case 16_899:
      return 0;
    case 16_900:
      return drive.tripped ? 1 : 0;
    case 16_099:
    case 16_179:
    case 16_299:
    case 16_339:
    case 16_919:
    case 16_920:
      return 0;
    default:
      return null;
  }
}
