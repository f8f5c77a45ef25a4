/** All mutants, in the order in which they are run. */
import { allocationMutants } from "./allocation.ts";
import { choiceMutants } from "./choice.ts";
import { contactorMutants } from "./contactors.ts";
import { coolingMutants } from "./cooling.ts";
import { dispatchMutants } from "./dispatch.ts";
import { electricalMutants } from "./electrical.ts";
import { gridMutants } from "./grid.ts";
import { limitMutants } from "./limits.ts";
import { machineMutants } from "./machines.ts";
import type { Mutant } from "./mutant.ts";
import { orderMutants } from "./orders.ts";
import { plausibilityMutants } from "./plausibility.ts";
import { powerMutants } from "./power.ts";
import { scanMutants } from "./scan.ts";
import { surroundingsMutants } from "./surroundings.ts";
import { thermalMutants } from "./thermal.ts";
import { trimmingMutants } from "./trimming.ts";
import { tripMutants } from "./trips.ts";

export const mutants: readonly Mutant[] = [
  ...limitMutants,
  ...tripMutants,
  ...thermalMutants,
  ...electricalMutants,
  ...gridMutants,
  ...dispatchMutants,
  ...machineMutants,
  ...powerMutants,
  ...contactorMutants,
  ...allocationMutants,
  ...coolingMutants,
  ...plausibilityMutants,
  ...choiceMutants,
  ...scanMutants,
  ...orderMutants,
  ...surroundingsMutants,
  ...trimmingMutants,
];
