/** modbus-serial or jsmodbus, as their own documentation uses them, under the work of the bench. */
import { createRequire } from "node:module";
import { SerialPort } from "serialport";
import { workFolder } from "../words.ts";
import { type Block, type ClientOutcome, type ClientTask, givenTask, originOf, processorMilliseconds } from "./work.ts";

interface Library {
  read(block: Block): Promise<readonly number[]>;
}

interface ModbusSerial {
  connectRTUBuffered(path: string, options: { baudRate: number }): Promise<void>;
  setTimeout(milliseconds: number): void;
  setID(unit: number): void;
  readInputRegisters(address: number, count: number): Promise<{ readonly data: readonly number[] }>;
}

interface JsmodbusClient {
  readInputRegisters(
    address: number,
    count: number,
  ): Promise<{ readonly response: { readonly body: { readonly valuesAsArray: readonly number[] } } }>;
}

interface Jsmodbus {
  readonly client: { readonly RTU: new (port: SerialPort, unit: number, timeout: number) => JsmodbusClient };
}

const requireFromPeers = createRequire(`${workFolder}package.json`);

async function openModbusSerial(task: ClientTask): Promise<Library> {
  const { default: Client } = requireFromPeers("modbus-serial") as { readonly default: new () => ModbusSerial };
  const client = new Client();
  await client.connectRTUBuffered(task.port, { baudRate: task.baudRate });
  client.setTimeout(task.timeoutMilliseconds);
  return {
    read: async ({ unit, address, count }) => {
      client.setID(unit);
      return (await client.readInputRegisters(address, count)).data;
    },
  };
}

async function openJsmodbus(task: ClientTask): Promise<Library> {
  const { client } = requireFromPeers("jsmodbus") as Jsmodbus;
  const port = new SerialPort({ path: task.port, baudRate: task.baudRate, autoOpen: false });
  // One client for each unit; each of them listens.
  port.setMaxListeners(task.blocks.length + 10);
  const clients = new Map<number, JsmodbusClient>();
  for (const { unit } of task.blocks) {
    if (!clients.has(unit)) clients.set(unit, new client.RTU(port, unit, task.timeoutMilliseconds));
  }
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error === null ? resolve() : reject(error)));
  });
  return {
    read: async ({ unit, address, count }) => {
      const found = clients.get(unit);
      if (found === undefined) throw new RangeError(`no client for unit ${unit}`);
      return (await found.readInputRegisters(address, count)).response.body.valuesAsArray;
    },
  };
}

async function work(task: ClientTask, library: Library): Promise<ClientOutcome> {
  let [good, errors, wrong] = [0, 0, 0];
  let startsAt = performance.now() + task.warmUpMilliseconds;
  const endsAt = startsAt + task.windowMilliseconds;
  let processor: number | null = null;
  for (let next = 0; performance.now() < endsAt; next += 1) {
    if (processor === null && performance.now() >= startsAt) {
      startsAt = performance.now();
      processor = processorMilliseconds();
      [good, errors] = [0, 0];
    }
    const block = task.blocks[next % task.blocks.length];
    if (block === undefined) throw new RangeError("no blocks");
    const values = await library.read(block).catch(() => null);
    if (values === null) errors += 1;
    else if (
      values.length === block.count &&
      values.every((value, index) => value === originOf(block.unit, block.address + index))
    )
      good += 1;
    else wrong += 1;
  }
  const milliseconds = performance.now() - startsAt;
  return { good, errors, wrong, milliseconds, processorMilliseconds: processorMilliseconds() - (processor ?? 0) };
}

const task = givenTask();
const library = await (task.client === "jsmodbus" ? openJsmodbus(task) : openModbusSerial(task));
const outcome = await work(task, library);
// The libraries keep timers and listeners that nothing here can end.
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0));
