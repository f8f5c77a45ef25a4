/** Every command is answered, through a real broker: with its code where it is refused, with the same answer where it is repeated. */
import { randomBytes } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../waiting.ts";
import { type Container, startContainer } from "./container.ts";
import type { Received } from "./dispatcher.ts";

const test = suite("rejections over a real broker");

let container: Container;
const watts = 4_000;

test.before(async () => {
  container = await startContainer({ machines: 2, running: 1 });
  container.dispatcher.beat(true);
  container.startWeir();
  await container.online();
  const first = await container.dispatcher.command(container.dispatcher.setpoint(watts, { epoch: 3 }));
  assert.is(first.body["state"], "accepted", JSON.stringify(first.body));
});

test.after(() => container.stop());

function setpoint(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return container.dispatcher.setpoint(watts, { epoch: 3, ...fields });
}

function outcome({ body }: Received): string {
  return body["state"] === "rejected" ? String(body["rejection"]) : String(body["state"]);
}

const minute = 60_000;
const refused: readonly {
  readonly name: string;
  readonly code: string;
  readonly make: () => Record<string, unknown>;
}[] = [
  {
    name: "one whose time is over",
    code: "expired",
    make: () => setpoint({ issuedAt: Date.now() - 2 * minute, expiresAt: Date.now() - minute }),
  },
  { name: "a figure in quotes", code: "schema", make: () => setpoint({ watts: "4000" }) },
  { name: "a field the contract does not know", code: "schema", make: () => setpoint({ turbo: true }) },
  { name: "another container's", code: "container", make: () => setpoint({ container: "test-c02" }) },
  { name: "a sequence that did not grow", code: "sequence", make: () => setpoint({ sequence: 1 }) },
  { name: "an older dispatcher's epoch", code: "epoch", make: () => setpoint({ epoch: 2, sequence: 9_999 }) },
  { name: "another start's boot", code: "boot", make: () => setpoint({ boot: "0".repeat(32) }) },
  { name: "a schedule that nobody gave", code: "range", make: () => setpoint({ onExpiry: { mode: "schedule" } }) },
];

for (const { name, code, make } of refused) {
  test(`${name} is refused as \`${code}\``, async () => {
    assert.is(outcome(await container.dispatcher.command(make())), code);
  });
}

test("a retained one is refused as `retained`, live or at the next subscription", async () => {
  const { dispatcher } = container;
  assert.is(outcome(await dispatcher.command(setpoint(), { retain: true })), "retained");
  await dispatcher.publish("command/dispatch/setpoint", "", { retain: true });
});

test("the same bytes again get the same acknowledgement and no second effect", async () => {
  const { dispatcher } = container;
  const message = setpoint();
  const first = await dispatcher.command(message);
  assert.is(first.body["state"], "accepted");
  const second = await dispatcher.command(message);
  const told = ({ body }: Received) => [body["id"], body["state"], body["epoch"], body["sequence"]];
  assert.equal(told(second), told(first));
});

test("the same identifier with other bytes is refused as `conflict`", async () => {
  const { dispatcher } = container;
  const message = setpoint();
  await dispatcher.command(message);
  assert.is(outcome(await dispatcher.command({ ...message, watts: watts - 1 })), "conflict");
});

test("rubbish is answered without an identifier, and the next command is heard all the same", async () => {
  const { dispatcher } = container;
  const before = dispatcher.acknowledgements(null).length;
  for (const bytes of [
    "{",
    "\u0000\u0001",
    `{"version":1,"id":"${"x".repeat(70_000)}"}`,
    randomBytes(40).toString("hex"),
  ])
    await dispatcher.publish("command/dispatch/setpoint", bytes);
  await waitFor(() => dispatcher.acknowledgements(null).length >= before + 3, {
    within: 2_000,
    what: () => `answers to rubbish: ${JSON.stringify(dispatcher.acknowledgements(null).map(({ body }) => body))}`,
  });
  assert.is(outcome(await dispatcher.command(setpoint())), "accepted");
});

test.run();
