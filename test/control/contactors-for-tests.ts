/** What tests of contactors share: a quick site, and how a branch loses its flow, its ears and its contactor. */
import { type Plant, run, startPlant } from "./plant-for-tests.ts";
import { good, type SiteWishes, siteForTests } from "./site-for-tests.ts";

export const quick: SiteWishes = {
  policy: { minimumOffMilliseconds: 5000, coolDownMilliseconds: 10_000, contactorRecloseMilliseconds: 60_000 },
  model: { wakeMilliseconds: 10_000 },
};

export function settled(wishes: SiteWishes = quick): Plant {
  const plant = startPlant(siteForTests(wishes));
  run(plant, 20);
  return plant;
}

export function loseFlow(plant: Plant): void {
  plant.forced.set("tank-1/flowLitersPerMinute", (_, now) => good(0, now));
}

export function deafen(plant: Plant): void {
  for (const [name, machine] of plant.machines) machine.deaf = name.startsWith("a-");
}

export function isClosed(plant: Plant, name: string): boolean {
  return plant.contactors.get(name) === true;
}

/** The same site with a contactor in the feeder. */
export function withMain(): Plant {
  const site = siteForTests(quick);
  const main = { output: "feeder/contactorClosed", feedback: "feeder/contactorFeedback" };
  const branches = site.branches.map((branch) => (branch.parent === null ? { ...branch, contactor: main } : branch));
  return startPlant({ ...site, branches });
}
