/** The checksum of Modbus RTU: a primitive both ends of a wire may share, proved by published vectors. */

/** CRC-16/MODBUS of each byte value. Source: Modbus over Serial Line V1.02, appendix B (polynomial A001 reflected). */
const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  return crc;
});

/** CRC-16 of `bytes[start, end)`; on the wire its low byte comes first. */
export function crc16(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = 0xffff;
  for (let index = start; index < end; index += 1) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[index] ?? 0)) & 0xff] ?? 0);
  }
  return crc;
}
