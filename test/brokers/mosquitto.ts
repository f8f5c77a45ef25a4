/** A real broker for tests: mosquitto on a free loopback port, plain or with client certificates and an access list. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "../waiting.ts";

export interface Mosquitto {
  readonly port: number;
  /** `mqtt://127.0.0.1:PORT`, or `mqtts://localhost:PORT` with certificates. */
  readonly url: string;
  readonly folder: string;
  /** Ends the broker at once (SIGKILL); its retained messages are lost. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT: a broker that is there and does nothing. */
  freeze(frozen: boolean): void;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

export interface MosquittoOptions {
  /** Client certificates are demanded and name the user; see `makeCertificates`. */
  readonly certificates?: Certificates;
  /** Lines of an access list. Source of the pattern: facts/mqtt-trials section 1b. */
  readonly accessList?: readonly string[];
}

/** Starts a broker and waits until it takes connections. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const folder = options.certificates?.folder ?? mkdtempSync(join(tmpdir(), "weir-mosquitto-"));
  const port = await freePort();
  const configuration = join(folder, "mosquitto.conf");
  writeFileSync(configuration, configurationOf(port, folder, options));
  let child: ChildProcess | null = null;
  let output = "";
  const start = async (): Promise<void> => {
    const started = spawn("/usr/sbin/mosquitto", ["-c", configuration], { stdio: ["ignore", "ignore", "pipe"] });
    child = started;
    started.stderr.on("data", (text: Buffer) => {
      output = `${output}${text.toString()}`.slice(-2000);
    });
    const what = (): string => `mosquitto takes connections (${output.trim()})`;
    await waitFor(() => (started.exitCode === null ? isOpen(port) : Promise.reject(new Error(what()))), {
      within: 5000,
      what,
    });
  };
  const kill = async (): Promise<void> => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGKILL");
    await gone;
  };
  // A test that throws out of its hooks must not leave a broker behind.
  const sweep = (): void => void child?.kill("SIGKILL");
  process.once("exit", sweep);
  await start();
  return {
    port,
    url: options.certificates === undefined ? `mqtt://127.0.0.1:${port}` : `mqtts://localhost:${port}`,
    folder,
    kill,
    start,
    freeze: (frozen) => child?.kill(frozen ? "SIGSTOP" : "SIGCONT"),
    stop: async () => {
      await kill();
      process.off("exit", sweep);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Containers may report under their own name and hear their own commands and their site's; `dispatch` may do the rest. */
export function contractAccessList(site: string): readonly string[] {
  return [
    "pattern write weir/v1/%u/+",
    "pattern read weir/v1/%u/command/#",
    `pattern read weir/v1/group/${site}/#`,
    "user dispatch",
    "topic readwrite weir/v1/#",
  ];
}

export interface Certificates {
  readonly folder: string;
  readonly caFile: string;
  /** Of an authority nobody trusts. */
  readonly rogueCaFile: string;
  /** Files of a client by its name; made at the first call. */
  client(name: string, rogue?: boolean): { readonly certificateFile: string; readonly keyFile: string };
}

/** A new authority, and a server certificate for the host name. */
export function makeCertificates(hostName = "localhost"): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "weir-mosquitto-"));
  const file = (name: string): string => join(folder, name);
  for (const authority of ["ca", "rogue"]) makeAuthority(folder, authority);
  makeSigned(folder, "ca", "server", hostName, `subjectAltName=DNS:${hostName}`);
  return {
    folder,
    caFile: file("ca.crt"),
    rogueCaFile: file("rogue.crt"),
    client(name, rogue = false) {
      const base = rogue ? `rogue-${name}` : `client-${name}`;
      makeSigned(folder, rogue ? "rogue" : "ca", base, name, "extendedKeyUsage=clientAuth");
      return { certificateFile: file(`${base}.crt`), keyFile: file(`${base}.key`) };
    },
  };
}

function makeAuthority(folder: string, name: string): void {
  const subject = ["-subj", `/CN=weir test ${name}`, "-days", "2"];
  openssl(folder, "req", "-x509", ...newKey, "-nodes", "-keyout", `${name}.key`, "-out", `${name}.crt`, ...subject);
}

function makeSigned(folder: string, authority: string, base: string, commonName: string, extension: string): void {
  openssl(
    folder,
    "req",
    "-new",
    ...newKey,
    "-nodes",
    "-keyout",
    `${base}.key`,
    "-out",
    `${base}.csr`,
    "-subj",
    `/CN=${commonName}`,
  );
  writeFileSync(join(folder, `${base}.ext`), `${extension}\n`);
  const signer = ["-CA", `${authority}.crt`, "-CAkey", `${authority}.key`, "-CAcreateserial"];
  openssl(
    folder,
    "x509",
    "-req",
    "-in",
    `${base}.csr`,
    ...signer,
    "-days",
    "2",
    "-extfile",
    `${base}.ext`,
    "-out",
    `${base}.crt`,
  );
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];

function openssl(folder: string, ...words: string[]): void {
  execFileSync("openssl", words, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
}

function configurationOf(port: number, folder: string, { certificates, accessList }: MosquittoOptions): string {
  const lines = [
    `listener ${port} 127.0.0.1`,
    // Started as root it would otherwise give up the right to read its own files.
    ...(process.getuid?.() === 0 ? ["user root"] : []),
    "persistence false",
    "log_dest stderr",
    "log_type error",
    "log_type warning",
  ];
  if (accessList !== undefined) {
    writeFileSync(join(folder, "acl"), `${accessList.join("\n")}\n`, { mode: 0o600 });
    lines.push(`acl_file ${join(folder, "acl")}`);
  }
  if (certificates === undefined) lines.push("allow_anonymous true");
  else
    lines.push(
      "allow_anonymous false",
      "require_certificate true",
      "use_identity_as_username true",
      `cafile ${certificates.caFile}`,
      `certfile ${join(folder, "server.crt")}`,
      `keyfile ${join(folder, "server.key")}`,
    );
  return `${lines.join("\n")}\n`;
}

/** A port nobody listens on at this moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
