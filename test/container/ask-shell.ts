/** One question to the local shell of a running controller. */
import { connect } from "node:net";
import { waitFor } from "../waiting.ts";

/** Sends one command and resolves with the text of its answer; JSON, as programs ask for it. */
export async function askShell(path: string, command: string): Promise<string> {
  const socket = connect(path);
  let text = "";
  socket.setEncoding("utf8");
  socket.on("error", () => {});
  socket.on("data", (chunk: string) => {
    text += chunk;
  });
  socket.write(`session program test\n${command} --json\n`);
  const answers = (): string[] => text.split("\n").filter((line) => line.startsWith("{"));
  try {
    await waitFor(() => answers().length >= 1, { within: 5_000, what: () => `answers of the shell: ${text}` });
  } finally {
    socket.destroy();
  }
  return answers()[0] ?? "";
}
