/** A block of loopback addresses for one bench, so that two at once do not play their machines on the same ones. */
import { once } from "node:events";
import { createServer, type Server } from "node:net";

export interface AddressBlock {
  /** The first two bytes: `127.N`. */
  readonly prefix: string;
  giveBack(): Promise<void>;
}

/** Beyond the blocks that tests and the demo take by their process numbers, 127.20 to 127.231. */
const numbers = { first: 232, last: 254 };

/** Listening here is holding the block; machines have the addresses 127.N.1.1 and up. Choice. */
const holding = { address: "0.1", port: 14_027 };

export async function takeAddressBlock(): Promise<AddressBlock> {
  for (let number = numbers.first; number <= numbers.last; number += 1) {
    const prefix = `127.${number}`;
    const server = await listening(`${prefix}.${holding.address}`);
    if (server === null) continue;
    const giveBack = async (): Promise<void> => {
      server.close();
      await once(server, "close");
    };
    return { prefix, giveBack };
  }
  throw new Error(`every block from 127.${numbers.first} to 127.${numbers.last} is taken`);
}

/** null: another bench has it. */
async function listening(host: string): Promise<Server | null> {
  const server = createServer().listen({ host, port: holding.port });
  const opened = once(server, "listening").then(() => true);
  return (await opened.catch(() => false)) ? server : null;
}
