/** The book of reasons: for each stable code what it means, and what must change for more power. Complete by type; schemas/README.md prints it for dispatchers. */
import type { ReasonCode } from "../model/reason.ts";

export interface ReasonEntry {
  /** What holds, in a dispatcher's words. */
  readonly means: string;
  /** What would lift it, as a clause without a full stop. */
  readonly more: string;
}

const again = "A person here must reset the trip when its cause is gone and the cool-down is over";

/** Every code has its entry: a limit without a remedy does not compile. */
export const reasonBook: Readonly<Record<ReasonCode, ReasonEntry>> = {
  "rated-power": {
    means: "what the container may import at most",
    more: "A larger rating in the site file allows more",
  },
  "breaker-continuous": {
    means: "the share of a breaker that may flow for hours, at the lowest valid voltage",
    more: "Only a larger breaker, more voltage, more even phases or, where hot air derates it, cooler air allow more",
  },
  "breaker-meter-lost": {
    means: "nothing shows what flows through a breaker",
    more: "The voltages and currents of its meter, and the air around it, must be read again",
  },
  "breaker-overload": {
    means: "more flowed through a breaker than it bears",
    more: "What flows through its breaker must stay below what it bears",
  },
  "breaker-heat": { means: "a breaker has nearly reached its trip curve", more: "Its breaker must cool down" },
  "meter-below-account": {
    means: "a meter reads less than what is behind it draws",
    more: "Its meter and current transformers must be put right",
  },
  "meter-implausible": {
    means: "a meter's own figures contradict one another",
    more: "Its meter and its wiring must be put right",
  },
  "meter-transformer": {
    means: "a current transformer is lost or reversed",
    more: "Its current transformer must be put right",
  },
  "meter-frozen": { means: "a meter's digits stand still under load", more: "Its meter must count again" },
  "meter-energy": { means: "a meter's energy does not grow with its power", more: "Its meter must be looked at" },
  "branch-drift": {
    means: "the machines' own sum and the branch meter drift apart",
    more: "The branch meter and the machines behind it must be compared",
  },
  "phase-imbalance": {
    means: "the phases carry unequal loads",
    more: "Machines must be spread more evenly over the phases",
  },
  "contract-power": {
    means: "the mean power of the demand interval",
    more: "The next interval or a larger contract allows more",
  },
  "protected-load": {
    means: "room kept free for a load that must not be interrupted",
    more: "The protected load must draw less or a larger breaker is needed",
  },
  "protected-load-unknown": {
    means: "the meter of the protected load is lost: its rating counts",
    more: "The meter of the protected load must be read again",
  },
  exposure: {
    means: "machines that cannot be shed in time are withheld",
    more: "Machines that have proven to answer faster allow more",
  },
  "generator-underloaded": { means: "less is drawn than the generator needs", more: "More machines must run" },
  "generator-frequency": { means: "the generator is overloaded", more: "The generator's frequency must hold again" },
  "frequency-unknown": {
    means: "the generator's frequency cannot be read",
    more: "The generator's frequency must be read again",
  },
  "frequency-droop": {
    means: "the grid's frequency has left its band",
    more: "The frequency of the grid must be within its band again",
  },
  "frequency-stage": {
    means: "an under-frequency stage holds",
    more: "The frequency of the grid must hold again until the stage lets go",
  },
  "frequency-relay": {
    means: "the certified under-frequency relay has tripped",
    more: "The under-frequency relay must be released",
  },
  "frequency-slow": {
    means: "the answer to the frequency came late",
    more: "What delays the machines must be looked at",
  },
  "grid-frequency-unknown": {
    means: "the grid's frequency cannot be read: what held last holds",
    more: "The frequency of the grid must be read again",
  },
  "coolant-derate": { means: "a tank is above its derating temperature", more: "Its coolant must get cooler" },
  "coolant-trip": { means: "a tank is above its trip temperature", more: "Its coolant must get cooler" },
  "coolant-unknown": { means: "no sensor of a tank is believed", more: "Its coolant temperature must be read again" },
  "coolant-rising": {
    means: "a tank would soon reach its trip",
    more: "Its coolant must warm more slowly: look at its pump, its cooler and its fans",
  },
  "coolant-hold": {
    means: "what heat took away comes back in steps",
    more: "Its coolant must have left room for more for some minutes",
  },
  "coolant-difference": {
    means: "outlet and inlet of a tank lie too far apart",
    more: "More must flow through it, or its heat exchanger must be looked at",
  },
  "coolant-difference-trip": {
    means: "outlet and inlet lie so far apart that the pump may stand",
    more: "More must flow through it, or its heat exchanger must be looked at",
  },
  "coolant-difference-unknown": {
    means: "the difference of outlet and inlet cannot be told",
    more: "Its inlet and outlet temperatures must be read again",
  },
  "coolant-reversed": {
    means: "inlet and outlet seem to be exchanged",
    more: "Its inlet and outlet sensors must be looked at",
  },
  "sensors-disagree": {
    means: "two sensors contradict each other: the worse one counts",
    more: "Its sensors must be compared",
  },
  "sensor-lost": { means: "one sensor of a tank is left", more: "Another of its coolant sensors must be read again" },
  "sensor-latched": {
    means: "a sensor failed three times within an hour",
    more: "A person must look at the sensor and reset it",
  },
  "flow-lost": { means: "less flows through a tank than must", more: "Its flow must be proven again" },
  "flow-unknown": { means: "the flow of a tank cannot be read", more: "Its flow must be read again" },
  "pump-not-running": { means: "a pump is told to run and does not", more: "Its pump must be proven to run" },
  "pump-flow-disagree": {
    means: "a pump and the flow contradict each other",
    more: "Its pump and its flow sensor must be compared",
  },
  "pump-standby": { means: "the standby pump has taken over", more: "The first pump must be repaired" },
  "fan-not-running": { means: "a fan is told to run and does not", more: "The fan must be repaired" },
  "drive-fault": { means: "a drive tells a fault", more: "The drive's fault must be cleared at its keypad" },
  "drive-stands": { means: "a drive is told to run and stands", more: "The drive must be set to remote control" },
  leak: { means: "a leak, or a cut cable", more: "Its leak detectors must be dry" },
  "leak-unknown": { means: "the leak detectors cannot be read", more: "Its leak detectors must be read again" },
  "level-low": { means: "a tank's level is low", more: "Its level must rise" },
  "level-unknown": { means: "a tank's level cannot be read", more: "Its level must be read again" },
  smoke: { means: "smoke, or a cut cable", more: "The air of the container must be clear" },
  "smoke-unknown": { means: "the smoke detectors cannot be read", more: "The smoke detectors must be read again" },
  "miner-inlet-hot": { means: "the coolant is too warm for this model of machine", more: "Its inlet must get cooler" },
  "warm-up": { means: "cold coolant bears only little heat", more: "Its coolant must get warmer" },
  "cooling-capacity": {
    means: "what the dry cooler carries in this air",
    more: "Cooler air or another running fan allows more",
  },
  "cooling-prerun": { means: "circulation is proven before heat", more: "Its circulation must be proven first" },
  "heat-request": { means: "somebody asks for heat", more: "Less heat must be asked for" },
  "contactor-open": { means: "a contactor stands open", more: "The contactor must close" },
  "contactor-welded": { means: "a contactor does not open", more: "The contactor must be replaced" },
  "contactor-worn": {
    means: "a contactor nears the operations it is rated for",
    more: "The contactor should be replaced at the next occasion",
  },
  "trip-latched": { means: "a trip is latched", more: again },
  "store-unreadable": { means: "the record of trips could not be read, which counts as tripped", more: again },
  "restart-loop": { means: "three starts within ten minutes", more: again },
  setpoint: { means: "a setpoint that was accepted", more: "A higher setpoint allows more" },
  "setpoint-expired": { means: "what a setpoint asked to hold after its end", more: "A fresh setpoint allows more" },
  "group-setpoint": { means: "a setpoint for all of the site", more: "A higher setpoint of the group allows more" },
  target: { means: "a target, followed from below", more: "A higher setpoint allows more" },
  schedule: {
    means: "the schedule, while nobody dispatches",
    more: "A heartbeat of the dispatcher and then a fresh setpoint end the schedule",
  },
  "schedule-end": {
    means: "what follows the end of the schedule",
    more: "A heartbeat of the dispatcher and then a fresh setpoint, or a new schedule, allow more",
  },
  "self-test": { means: "the self-test that an operator ordered", more: "The self-test ends by itself within seconds" },
  "remote-stop": { means: "a stop that was ordered remotely", more: "Whoever ordered the stop must release it" },
  "failsafe-start": {
    means: "no dispatcher has been heard since the start",
    more: "A heartbeat of the dispatcher and then a fresh setpoint end the failsafe",
  },
  "failsafe-heartbeat": {
    means: "the dispatcher is lost",
    more: "A heartbeat of the dispatcher and then a fresh setpoint end the failsafe",
  },
  lockout: {
    means: "a person has locked the container out",
    more: "A person at the container must release the lockout",
  },
  "start-hold": { means: "the program has started and the image is not complete", more: "The start must complete" },
  stopping: { means: "the program is told to end", more: "The process is ending" },
  "ramp-up": { means: "power rises no faster than the site allows", more: "The ramp is on its way" },
  "store-behind": { means: "the disk is behind: nothing is raised", more: "The disk must keep up again" },
  "machines-unreachable": { means: "machines do not answer", more: "The machines must be reached again" },
  "trim-refused": {
    means: "machines took a limit and drew as before, or started anew",
    more: "Their firmware must follow a limit, or the site must not count on it",
  },
  "machines-defiant": { means: "machines were told to sleep and draw power", more: "The machines must obey again" },
  "machines-excluded": { means: "machines that refuse commands", more: "The machines must take commands again" },
  "second-controller": {
    means: "somebody else commands the same line or machines",
    more: "The other controller must be taken off",
  },
  "talks-unasked": { means: "a device talks without being asked", more: "The device must be looked at" },
};
