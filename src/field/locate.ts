/** Finds where a SunSpec device keeps the model its board describes: addresses of its points count from there. Reads only. */
import type { DeviceSite } from "../model/site.ts";
import { beginProof, type Proof, proofAnswered, proofRead } from "../protocol/modbus/proof.ts";
import type { Conversation } from "./conversation.ts";
import { askAgain } from "./read-device.ts";

/** The device with addresses as on the wire; null: none of its models was found. A device without discovery is as it is. */
export async function locate(conversation: Conversation, device: DeviceSite): Promise<DeviceSite | null> {
  let proof: Proof | null = beginProof(device);
  while (proof !== null && isSearching(proof)) {
    const request = proofRead(proof);
    if (request === null) return null;
    const { outcome } = await askAgain(conversation, request);
    proof = proofAnswered(proof, outcome.kind === "data" ? outcome.data : null);
  }
  return proof?.device ?? null;
}

/** Still on the way to the model; the steps after it prove what was found. */
function isSearching({ step }: Proof): boolean {
  return step.kind === "marker" || step.kind === "model";
}
