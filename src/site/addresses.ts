/** Addresses of machines in words: single ones, ranges `A-B`, subnets `A/24`, several separated by commas. Looks nothing up. */

/** Most addresses of a row or of one search: more is a typing error. Choice: four subnets of 256, more than a container has. */
export const mostAddresses = 1_024;

/** IPv4 literals, each once, in order; null where the text is none, or names too many. A subnet's own and broadcast address are left out. */
export function addressesOf(text: string): readonly string[] | null {
  const addresses = new Set<string>();
  for (const part of text.split(",")) {
    const bounds = boundsOf(part.trim());
    if (bounds === null || bounds.last < bounds.first || bounds.last - bounds.first >= mostAddresses) return null;
    for (let number = bounds.first; number <= bounds.last; number += 1) addresses.add(textOf(number));
    if (addresses.size > mostAddresses) return null;
  }
  return [...addresses];
}

function boundsOf(text: string): { readonly first: number; readonly last: number } | null {
  const subnet = /^([\d.]+)\/(\d{1,2})$/.exec(text);
  if (subnet !== null) {
    const [address, bits] = [numberOf(subnet[1] ?? ""), Number(subnet[2])];
    if (address === null || bits > 32) return null;
    const size = 2 ** (32 - bits);
    const first = Math.floor(address / size) * size;
    return size <= 2 ? { first, last: first + size - 1 } : { first: first + 1, last: first + size - 2 };
  }
  const [from = "", to = from, ...more] = text.split("-").map((end) => end.trim());
  const [first, last] = [numberOf(from), numberOf(to)];
  return first === null || last === null || more.length > 0 ? null : { first, last };
}

function numberOf(text: string): number | null {
  const octets = text.split(".");
  if (octets.length !== 4 || octets.some((octet) => !/^\d{1,3}$/.test(octet) || Number(octet) > 255)) return null;
  return octets.reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
