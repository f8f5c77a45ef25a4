/** Host names by c-ares: the system's resolver runs on the threads that serial lines need, and may hang them all. */
import { type LookupAddress, Resolver } from "node:dns";
import type { LookupFunction } from "node:net";

/** Choice: a mobile link answers within 2 s; with two tries a dead resolver is known after 8 s at most. */
const resolverOptions = { timeout: 2000, tries: 2 };

/** For `net.connect` and `tls.connect`: DNS only (no hosts file, no mDNS), IPv4 first; `localhost` is 127.0.0.1. */
export const lookupByDns: LookupFunction = (hostname, options, callback) => {
  const answer = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]): void => {
    const [first] = addresses;
    if (first === undefined) callback(error ?? noAddress(hostname), "", 4);
    else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  };
  if (hostname === "localhost") {
    answer(null, [{ address: "127.0.0.1", family: 4 }]);
    return;
  }
  const resolver = new Resolver(resolverOptions);
  resolver.resolve4(hostname, (_error, four) => {
    if (four !== undefined && four.length > 0) {
      answer(
        null,
        four.map((address) => ({ address, family: 4 })),
      );
      return;
    }
    resolver.resolve6(hostname, (error, six) =>
      answer(
        error,
        (six ?? []).map((address) => ({ address, family: 6 })),
      ),
    );
  });
};

function noAddress(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} has no address`), { code: "ENOTFOUND" });
}
