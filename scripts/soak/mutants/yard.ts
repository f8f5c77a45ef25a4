/** Where the repository is, and what a copy of it needs. */
import { fileURLToPath } from "node:url";

/** The repository, with a slash at its end. */
export const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Read by tests from the root of the repository: linked into each copy. */
export const linked = ["boards", "schemas", "node_modules", "package.json", "src", "test", "sites"] as const;
