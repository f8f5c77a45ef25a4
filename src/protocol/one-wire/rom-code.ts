/** The 1-Wire checksum and the ROM codes it protects. Pure. */

/** x^8 + x^5 + x^4 + 1, least significant bit first. Source: Maxim application note 27; DS18B20 data sheet, CRC generation. */
const reversedPolynomial = 0x8c;

/** Checksum of the bytes; zero over bytes that end with their own checksum. */
export function crc8(bytes: Iterable<number>): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 0 ? crc >> 1 : (crc >> 1) ^ reversedPolynomial;
  }
  return crc;
}

/** The eight bytes of a ROM code of 16 hexadecimal digits, in the order of the wire: family code first, checksum last. */
export function romCodeBytes(romCode: string): number[] {
  return Array.from({ length: 8 }, (_, index) => Number.parseInt(romCode.slice(2 * index, 2 * index + 2), 16));
}
