/** A scenario file, checked, with the site it runs on: the named file, its own builder's, or the caller's. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { Site } from "../../model/site.ts";
import { buildSite } from "../../sim/closed-loop/build-site.ts";
import type { Scenario } from "../../sim/closed-loop/scenario.ts";
import { strangers } from "../../sim/closed-loop/targets.ts";
import { readTrace, type Trace } from "../../sim/closed-loop/traces.ts";
import { locate, readDocument } from "../../site/document.ts";
import { loadSite } from "../../site/load-site.ts";
import type { SiteProblem } from "../../site/problem.ts";
import { checkShape } from "../../site/shapes.ts";

export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly traces: readonly Trace[];
  readonly site: Site;
}

/** `siteFile` replaces the scenario's own site. */
export function loadScenario(
  file: string,
  siteFile: string | undefined,
): Result<LoadedScenario, readonly SiteProblem[]> {
  const document = readDocument(file);
  if (!document.ok) return document;
  const shape = checkShape(document.value, "scenario");
  if (!shape.ok) return shape;
  const scenario = shape.value;
  const site = siteOf(scenario, file, siteFile);
  if (!site.ok) return site;
  const findings = strangers(scenario, site.value).map(({ pointer, found, expected }) => ({
    pointer,
    found,
    expected,
    remedy: "correct the name",
  }));
  const traces: Trace[] = [];
  for (const [index, wish] of scenario.traces.entries()) {
    const trace = traceOf(wish, file);
    if (typeof trace !== "string") traces.push(trace);
    else
      findings.push({
        pointer: `/traces/${index}/file`,
        found: `${wish.file}: ${trace}`,
        expected: "comma-separated values with a header and growing times in the column seconds",
        remedy: "correct the file or its name",
      });
  }
  return findings.length > 0 ? fail(locate(document.value, findings)) : succeed({ scenario, site: site.value, traces });
}

function traceOf(wish: Scenario["traces"][number], file: string): Trace | string {
  let text: string;
  try {
    text = readFileSync(resolve(dirname(file), wish.file), "utf8");
  } catch {
    return "it cannot be read";
  }
  return readTrace(text, wish);
}

function siteOf(scenario: Scenario, file: string, siteFile: string | undefined): Result<Site, readonly SiteProblem[]> {
  const own = scenario.site.file;
  if (siteFile !== undefined) return loadSite(siteFile);
  if (own !== undefined) return loadSite(resolve(dirname(file), own));
  const { builder } = scenario.site;
  if (builder === undefined) throw new RangeError("the schema lets no scenario without a site through");
  return succeed(buildSite(builder));
}
