/** One HTTP/1.x response out of its bytes as they come: head, then a body by length, by chunks or until the connection ends. Bounds the head; the body is the caller's to bound. */

/** Longest head [bytes]. Choice: that of Node's own parser. */
const longestHead = 16_384;

/** Longest line that announces a chunk [bytes]: a number and extensions nobody uses. Choice. */
const longestChunkLine = 256;

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; the values of a header that came more than once, in order. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
  /** The connection may serve another request. */
  readonly keepsAlive: boolean;
}

export type ResponseProgress = "more" | "malformed" | HttpResponse;

interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** null: by chunks; infinite: until the connection ends. */
  readonly length: number | null;
  readonly keepsAlive: boolean;
}

export class ResponseReader {
  private head: Head | undefined;
  /** Not yet understood: of the head, or of a chunk. */
  private pending: Buffer = Buffer.alloc(0);
  private readonly body: Buffer[] = [];
  private bodyBytes = 0;
  /** Still missing of the chunk under way, its line end included; undefined: a line announces the next one. */
  private chunkLeft: number | undefined;
  private trailing = false;

  push(bytes: Buffer): ResponseProgress {
    if (this.head !== undefined) return this.readBody(bytes);
    this.pending = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    for (;;) {
      const end = endOfHead(this.pending);
      if (end === undefined) return this.pending.length > longestHead ? "malformed" : "more";
      if (end > longestHead) return "malformed";
      const head = decodeHead(this.pending.toString("latin1", 0, end));
      if (head === undefined) return "malformed";
      const rest = this.pending.subarray(end);
      this.pending = Buffer.alloc(0);
      if (head.status >= 200) {
        this.head = head;
        return this.readBody(rest);
      }
      // 100 Continue and its like come ahead of the response.
      this.pending = rest;
    }
  }

  /** The connection has ended: a body without length is whole, any other is cut. */
  end(): ResponseProgress {
    return this.head?.length === Number.POSITIVE_INFINITY ? this.whole(this.head) : "malformed";
  }

  private readBody(bytes: Buffer): ResponseProgress {
    const { head } = this;
    if (head === undefined) return "more";
    if (head.length === null) return this.readChunks(head, bytes);
    const wanted = head.length - this.bodyBytes;
    this.take(bytes.length > wanted ? bytes.subarray(0, wanted) : bytes);
    return this.bodyBytes >= head.length ? this.whole(head) : "more";
  }

  private readChunks(head: Head, bytes: Buffer): ResponseProgress {
    let rest = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    for (;;) {
      if (this.chunkLeft !== undefined) {
        rest = this.readChunk(this.chunkLeft, rest);
        if (this.chunkLeft !== undefined) return this.keep(rest);
      }
      const lineEnd = rest.indexOf(0x0a);
      if (lineEnd < 0) return rest.length > longestChunkLine ? "malformed" : this.keep(rest);
      const line = rest.toString("latin1", 0, lineEnd).trim();
      rest = rest.subarray(lineEnd + 1);
      if (this.trailing) {
        if (line === "") return this.whole(head);
        continue;
      }
      const digits = /^([0-9a-fA-F]{1,8})\s*(;.*)?$/.exec(line)?.[1];
      if (digits === undefined) return "malformed";
      const size = Number.parseInt(digits, 16);
      if (size === 0) this.trailing = true;
      else this.chunkLeft = size + 2;
    }
  }

  /** Takes what belongs to the chunk under way; the rest is what follows it, or the piece of its line end. */
  private readChunk(left: number, bytes: Buffer): Buffer {
    const data = Math.min(bytes.length, Math.max(0, left - 2));
    this.take(bytes.subarray(0, data));
    const rest = bytes.subarray(data);
    const missing = left - data;
    // Its line end arrives whole or waits.
    const ended = missing === 2 && rest.length >= 2;
    this.chunkLeft = ended ? undefined : missing;
    return ended ? rest.subarray(2) : rest;
  }

  private keep(rest: Buffer): "more" {
    this.pending = rest;
    return "more";
  }

  private take(bytes: Buffer): void {
    this.body.push(bytes);
    this.bodyBytes += bytes.length;
  }

  private whole({ status, headers, keepsAlive }: Head): HttpResponse {
    return { status, headers, body: Buffer.concat(this.body), keepsAlive };
  }
}

/** Where the body begins; bare line feeds, which some firmware sends, end lines as well. */
function endOfHead(bytes: Buffer): number | undefined {
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) {
    if (bytes[at + 1] === 0x0a) return at + 2;
    if (bytes[at + 1] === 0x0d && bytes[at + 2] === 0x0a) return at + 3;
  }
  return undefined;
}

/** undefined: no head of HTTP/1.x, or one that leaves open where its body ends. */
function decodeHead(text: string): Head | undefined {
  const [first = "", ...lines] = text.trimEnd().split(/\r?\n/);
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1] ?? Number.NaN);
  if (Number.isNaN(status)) return undefined;
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    // Folded lines are obsolete, and a way to smuggle headers.
    if (colon < 1 || line.startsWith(" ") || line.startsWith("\t")) return undefined;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const others = headers.get(name);
    if (others === undefined) headers.set(name, [value]);
    else others.push(value);
  }
  const length = bodyLength(status, headers);
  if (length === undefined) return undefined;
  // Before HTTP/1.1 a connection served one request unless told otherwise; nobody tells so here.
  const closes = first.startsWith("HTTP/1.0") || /\bclose\b/i.test(headers.get("connection")?.join() ?? "");
  return { status, headers, length, keepsAlive: !closes && length !== Number.POSITIVE_INFINITY };
}

/** RFC 9112, section 6.3: chunks before a length; lengths that differ are refused. */
function bodyLength(status: number, headers: ReadonlyMap<string, readonly string[]>): number | null | undefined {
  if (status < 200 || status === 204 || status === 304) return 0;
  const coding = headers.get("transfer-encoding");
  if (coding !== undefined) return coding.join().toLowerCase() === "chunked" ? null : undefined;
  const [length, ...others] = headers.get("content-length") ?? [];
  if (length === undefined) return Number.POSITIVE_INFINITY;
  if (!/^\d{1,9}$/.test(length) || others.some((other) => other !== length)) return undefined;
  return Number(length);
}
