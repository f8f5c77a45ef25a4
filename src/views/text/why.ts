/** `why [scope]`: which limit binds, what stands behind it, and every other limit of the scope. Pure. */
import type { Decision } from "../../model/decision.ts";
import type { Limit } from "../../model/reason.ts";
import type { Snapshot } from "../../model/snapshot.ts";
import { cut, duration, kilowatts, labelled, wrap } from "./figures.ts";

const indent = 14;

export function renderWhy({ decision }: Snapshot, scope: string): string[] {
  const found = decision.explanation.find((explanation) => explanation.scope === scope);
  const limits = limitsOf(decision, scope);
  const requests = decision.requests.filter((request) => request.scope === scope);
  if (found === undefined && limits.length === 0)
    return [`Nothing limits ${cut(scope, 40)}.`, ...wrap(`Scopes with limits: ${scopesOf(decision).join(", ")}.`, 80)];
  const ceiling = scope === "container" ? decision.ceilingWatts : (found?.binding.ceilingWatts ?? Infinity);
  return [
    `${scope}: ceiling ${kilowatts(ceiling)}${found === undefined ? "" : `, counted ${kilowatts(found.accountedWatts)}`}`,
    ...(found === undefined
      ? []
      : [
          ...labelled("Held by", found.binding.reason.text, indent),
          ...labelled("Then", found.next?.reason.text ?? "nothing stands behind it", indent),
          ...labelled("For more", found.forMore, indent),
        ]),
    ...(limits.length === 0 ? [] : ["", "Limits, lowest first:"]),
    ...limits.flatMap((limit) => labelled(`  ${kilowatts(limit.ceilingWatts)}`, limitInWords(limit), indent)),
    ...(requests.length === 0 ? [] : ["", "Wishes below the limits:"]),
    ...requests.flatMap((request) =>
      labelled(`  ${kilowatts(request.watts)}`, `${request.reason.text} (${request.source}, ${request.kind})`, indent),
    ),
  ];
}

export function scopesOf(decision: Decision): string[] {
  return [...new Set([...decision.explanation, ...decision.limits].map(({ scope }) => scope as string))].sort();
}

export function limitsOf(decision: Decision, scope: string): Limit[] {
  return decision.limits.filter((limit) => limit.scope === scope).sort((a, b) => a.ceilingWatts - b.ceilingWatts);
}

function limitInWords({ reason, source, withinMilliseconds }: Limit): string {
  const within = withinMilliseconds === 0 ? "at once" : `within ${duration(withinMilliseconds)}`;
  return `${reason.text} (${source}, ${reason.code}, ${within})`;
}
