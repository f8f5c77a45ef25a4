/** The byte stream to the broker: TCP on loopback, else TLS whose verification nothing can switch off; packets are bounded. */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { BrokerAddress } from "./broker-address.ts";
import { lookupByDns } from "./resolve-host.ts";

/** Larger packets end the connection. Choice: a command may have 16 KiB and is then answered `size`; this is four of them. */
export const largestPacketBytes = 64 * 1024;

/** `onOpen`: bytes may flow, so what fails after it is the MQTT handshake. */
export function openBrokerStream(address: BrokerAddress, onOpen: () => void): Socket {
  const socket = address.secure ? openTls(address, onOpen) : openTcp(address, onOpen);
  socket.setNoDelay(true);
  const guard = createPacketGuard(largestPacketBytes);
  socket.on("data", (chunk: Buffer) => {
    if (!guard(chunk)) socket.destroy(new Error("a packet of the broker is too large"));
  });
  return socket;
}

function openTcp({ host, port }: BrokerAddress, onOpen: () => void): Socket {
  return connectTcp({ host, port }, onOpen);
}

function openTls(address: BrokerAddress, onOpen: () => void): Socket {
  const { host, port, ca, certificate, key } = address;
  const socket = connectTls({
    host,
    port,
    lookup: lookupByDns,
    minVersion: "TLSv1.2",
    // Said explicitly: NODE_TLS_REJECT_UNAUTHORIZED=0 would otherwise switch it off.
    rejectUnauthorized: true,
    ...(ca === null ? {} : { ca }),
    ...(certificate === null ? {} : { cert: certificate }),
    ...(key === null ? {} : { key }),
  });
  socket.once("secureConnect", () => {
    if (socket.authorized) onOpen();
    else socket.destroy(new Error("the broker's certificate is not authorised"));
  });
  return socket;
}

/** Follows the fixed headers of MQTT packets in a byte stream; false: one is larger than the bound. */
export function createPacketGuard(largestBytes: number): (chunk: Uint8Array) => boolean {
  let bodyLeft = 0;
  let inHeader = false;
  let length = 0;
  let shift = 0;
  return (chunk) => {
    let index = 0;
    while (index < chunk.length) {
      if (bodyLeft > 0) {
        const taken = Math.min(bodyLeft, chunk.length - index);
        bodyLeft -= taken;
        index += taken;
        continue;
      }
      const byte = chunk[index] ?? 0;
      index += 1;
      if (!inHeader) {
        // First byte of the fixed header: type and flags; the length follows, seven bits a byte (MQTT 5, 1.5.5).
        inHeader = true;
        length = 0;
        shift = 0;
        continue;
      }
      length += (byte & 0x7f) * 2 ** shift;
      shift += 7;
      if (length > largestBytes || shift > 28) return false;
      if ((byte & 0x80) === 0) {
        inHeader = false;
        bodyLeft = length;
      }
    }
    return true;
  };
}
