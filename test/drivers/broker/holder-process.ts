/** A holder as a process of its own, so that it can be killed. Words: broker address, container. */
import { holderSite, startHolder } from "./holder.ts";

const [url = "", container = ""] = process.argv.slice(2);
startHolder(holderSite({ url }, container));
