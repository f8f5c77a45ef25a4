/** Coolant temperature of a tank: less power above the derate point, nothing and a latched trip at the trip point. */
import type { Milliseconds } from "../../model/reading.ts";
import type { Limit, Reason, Scope } from "../../model/reason.ts";
import type { Tank } from "../../model/site.ts";
import { celsius, kilowatts, seconds } from "../figures.ts";
import { certain } from "../impossible.ts";
import { lostSensorCountsMilliseconds } from "../voting.ts";
import { type Finding, nothingAllowed, nothingFound, type Violation, type Warning } from "./finding.ts";
import { derated } from "./held-ceiling.ts";
import type { TankScan } from "./tank-scan.ts";

/** One sensor left of several halves the power. Source: choice: at half the power the derate band lasts twice as long for a person to come. */
const oneSensorShare = 0.5;
/** Without any sensor the tank may go on for this long [ms]. Source: grid-and-safety 5.2: 1,500 l at 200 kW rise 4.6 K/min, 2.3 K in this time. */
const safetyTimeMilliseconds = lostSensorCountsMilliseconds;

/** Judges the coolant of one tank with `ratedWatts` of machines. */
export function judgeCoolant(tank: Tank, ratedWatts: number, scan: TankScan): Finding {
  const { sensors, tripCelsius, releaseCelsius } = tank.coolant;
  const { vote } = scan;
  const name = `${tank.name}/coolant`;
  const scope: Scope = `tank/${tank.name}`;
  if (vote.valid > 0) scan.keepProof(name, scan.now);
  const unknownFor = scan.now - (vote.valid > 0 ? scan.now : scan.provenAt(name));
  const warnings = vote.disagree ? [disagreement(tank, certain(vote.celsius, "vote"))] : [];
  const causes: Record<string, string> = {};
  if (vote.celsius === null) causes[name] = "its coolant temperature is not known.";
  else if (vote.celsius >= releaseCelsius)
    causes[name] = `its coolant is at ${celsius(vote.celsius)}; it must be below ${celsius(releaseCelsius)}.`;
  const found = { ...nothingFound, causes, warnings };
  if (vote.celsius !== null && vote.celsius >= tripCelsius) {
    const text = `${tank.name} is at ${celsius(vote.celsius)}; at ${celsius(tripCelsius)} its machines sleep.`;
    const reason: Reason = { code: "coolant-trip", text };
    const violation: Violation = { name, scope, reason };
    return { ...found, limits: [nothingAllowed(scope, reason)], violations: [violation] };
  }
  if (vote.celsius === null && unknownFor > safetyTimeMilliseconds) {
    if (scan.patient) return found;
    const text = `Coolant of ${tank.name} has not been known for ${seconds(unknownFor)}; its machines sleep.`;
    return { ...found, limits: [nothingAllowed(scope, { code: "coolant-unknown", text })] };
  }
  const limits: Limit[] = [];
  const measured = derate(tank, ratedWatts, vote.celsius, scan.holdMilliseconds);
  if (measured !== null) limits.push(measured);
  const cautious = derate(tank, ratedWatts, vote.cautiousCelsius, scan.holdMilliseconds);
  // What only a failed reading suggests narrows what may be raised; it sheds when the reading is really lost.
  if (cautious !== null && (measured === null || cautious.ceilingWatts < measured.ceilingWatts))
    limits.push(vote.valid > 0 ? { ...cautious, withinMilliseconds: tank.coolant.maximumAgeMilliseconds } : cautious);
  if (sensors.length > 1 && vote.valid === 1) limits.push(oneSensor(tank, ratedWatts, scope, scan.holdMilliseconds));
  return { ...found, limits };
}

/** The ceiling falls in a straight line from everything at the derate point to nothing at the trip point; null: below the band. */
function derate(tank: Tank, ratedWatts: number, at: number | null, withinMilliseconds: Milliseconds): Limit | null {
  const { derateCelsius, tripCelsius } = tank.coolant;
  if (at === null || at <= derateCelsius) return null;
  const ceilingWatts = derated(at, derateCelsius, tripCelsius, ratedWatts);
  const text = `${tank.name} is at ${celsius(at)}; above ${celsius(derateCelsius)} its power is derated, to ${kilowatts(ceilingWatts)}.`;
  return {
    scope: `tank/${tank.name}`,
    ceilingWatts,
    withinMilliseconds,
    source: "envelope",
    reason: { code: "coolant-derate", text },
  };
}

function oneSensor(tank: Tank, ratedWatts: number, scope: Scope, withinMilliseconds: Milliseconds): Limit {
  const ceilingWatts = ratedWatts * oneSensorShare;
  const text = `Only one coolant sensor of ${tank.name} is left; it is held to ${kilowatts(ceilingWatts)}.`;
  return { scope, ceilingWatts, withinMilliseconds, source: "envelope", reason: { code: "sensor-lost", text } };
}

function disagreement(tank: Tank, at: number): Warning {
  const text = `Coolant sensors of ${tank.name} disagree; ${celsius(at)} counts.`;
  return { name: `sensors-disagree ${tank.name}`, severity: "alarm", reason: { code: "sensors-disagree", text } };
}
