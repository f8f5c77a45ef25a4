/** What must reach the broker although it may be away: a short backlog in memory, sent in order through a bounded window. */

export interface Parcel {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** Hands one parcel to the connection; `done` once the broker has acknowledged or refused it. */
export type Send = (parcel: Parcel, done: () => void) => void;

/** Source: facts/mqtt-trials section 2: mqtt.js keeps no window of its own; at most 20 in flight. */
const largestInFlight = 16;

/** Beyond this the oldest is dropped. Choice: some minutes of a busy dispatcher. */
const largestBacklog = 512;

export class Outbox {
  #waiting: Parcel[] = [];
  #inFlight: Parcel[] = [];
  #send: Send | null = null;
  #dropped = 0;

  add(parcel: Parcel): void {
    this.#waiting.push(parcel);
    if (this.#waiting.length > largestBacklog) {
      this.#waiting.shift();
      this.#dropped += 1;
    }
    this.#flush();
  }

  /** Connected: what waits goes out. */
  open(send: Send): void {
    this.#send = send;
    this.#flush();
  }

  /** The connection is gone: what was not acknowledged goes out again on the next one, first. */
  close(): void {
    this.#send = null;
    this.#waiting = [...this.#inFlight, ...this.#waiting];
    this.#inFlight = [];
  }

  dropped(): number {
    return this.#dropped;
  }

  #flush(): void {
    const send = this.#send;
    while (send !== null && this.#inFlight.length < largestInFlight) {
      const parcel = this.#waiting.shift();
      if (parcel === undefined) return;
      this.#inFlight.push(parcel);
      send(parcel, () => {
        const index = this.#inFlight.indexOf(parcel);
        // After its connection is gone a late answer means nothing: the parcel is on its way again.
        if (send !== this.#send || index < 0) return;
        this.#inFlight.splice(index, 1);
        this.#flush();
      });
    }
  }
}
