import { suite } from "uvu";
import * as assert from "uvu/assert";
import { VirtualLine } from "./virtual-line.ts";

const test = suite("Modbus master with more to ask than the line carries");

test("contacts asked for all the time do not keep a meter from being asked; a write still goes first", () => {
  const line = new VirtualLine();
  line.read(1, 10);
  let id = 1000;
  const order = (priority: number, address: number): number => {
    id += 1;
    const request = { mode: "read", unit: 1, function: 4, address, count: 2 } as const;
    line.feed({ kind: "order", order: { id, priority, insist: false, deadline: line.now + 100, request } });
    return id;
  };
  const meter = order(3, 20);
  const begun = line.now;
  const results = () => line.results.map((result) => result.order.id);
  for (let contact = order(2, 30); !results().includes(meter); contact = order(2, 30)) {
    order(2, 40);
    line.until(() => (results().includes(contact) ? true : undefined));
    assert.ok(line.now - begun < 3000, "the meter is asked");
  }
  assert.ok(line.now - begun > 1000, "contacts go first as long as they can");
  const late = order(3, 20);
  line.now += 5000;
  const write = { mode: "write", unit: 1, function: 5, address: 3, value: 1 } as const;
  line.feed({ kind: "order", order: { id: 1, priority: 0, insist: true, request: write } });
  line.pass(1000);
  assert.ok(results().indexOf(1) < results().indexOf(late));
});

test.run();
