/** Where this folder's readers look units up. */
export { unitOf } from "../model/units.ts";
