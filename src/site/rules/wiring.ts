/** Rules of lines, devices and ports: what may share a wire, and what may not. */
import { realpathSync } from "node:fs";
import { checkUnique, namesAt, type SiteRule } from "../context.ts";
import { pointerOf } from "../document.ts";

export const uniqueNames: SiteRule = ({ file }) => [
  ...checkUnique(namesAt(file.lines, "lines"), "line name"),
  ...checkUnique(
    [
      ...file.lines.flatMap((line, index) => namesAt(line.devices, "lines", index, "devices")),
      ...namesAt(file.firmata, "firmata"),
    ],
    "device name",
  ),
];

export const uniqueChannels: SiteRule = ({ file }) =>
  file.lines.flatMap((line, lineIndex) =>
    line.devices.flatMap((device, index) =>
      checkUnique(namesAt(device.channels ?? [], "lines", lineIndex, "devices", index, "channels"), "channel name"),
    ),
  );

/** Two devices on one address answer at the same time: neither is understood. */
export const uniqueAddresses: SiteRule = ({ file }) =>
  file.lines.flatMap((line, lineIndex) =>
    checkUnique(
      line.devices.map((device, index) => ({
        name: String(device.address),
        pointer: pointerOf("lines", lineIndex, "devices", index, "address"),
      })),
      `address on line ${line.name}`,
    ),
  );

/** A serial port has one owner; two paths may be one port. */
export const uniquePorts: SiteRule = ({ file }) => {
  const ports = [
    ...file.lines.map(({ port }, index) => ({ name: realPort(port), pointer: pointerOf("lines", index, "port") })),
    ...file.firmata.map(({ port }, index) => ({ name: realPort(port), pointer: pointerOf("firmata", index, "port") })),
  ];
  if (file.console !== undefined) ports.push({ name: realPort(file.console.port), pointer: "/console/port" });
  return checkUnique(ports, "port");
};

/** One line has one speed: every device on it must be settable to it. */
export const settableSpeeds: SiteRule = ({ file, settableBaudRates }) =>
  file.lines.flatMap((line, lineIndex) =>
    line.devices.flatMap((device, index) => {
      const rates = settableBaudRates(device.board);
      if (rates === null || rates.length === 0 || rates.includes(line.baudRate)) return [];
      return [
        {
          pointer: pointerOf("lines", lineIndex, "devices", index, "board"),
          found: `${device.board} on a line of ${line.baudRate} Bd`,
          expected: `a line of ${rates.join(", ")} Bd`,
          remedy: "change the line's baudRate, or move the device to another line",
        },
      ];
    }),
  );

function realPort(port: string): string {
  try {
    return realpathSync(port);
  } catch {
    return port;
  }
}
