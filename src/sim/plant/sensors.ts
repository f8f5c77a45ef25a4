/** What instruments make of the plant's truth: currents of transmitters, ohms of a thermistor. Pure. */

/** A 4 to 20 mA transmitter with this span [mA]. */
export function currentLoopMilliamperes(value: number, low: number, high: number): number {
  const share = (value - low) / (high - low);
  // NAMUR NE 43: a transmitter saturates at 3.8 and 20.5 mA.
  return Math.max(3.8, Math.min(20.5, 4 + 16 * share));
}

/** Resistance of an NTC by the beta equation [Ω]. */
export function thermistorOhms(
  celsius: number,
  curve: { readonly nominalOhms: number; readonly nominalCelsius: number; readonly betaKelvin: number },
): number {
  const zeroCelsiusKelvin = 273.15;
  return (
    curve.nominalOhms *
    Math.exp(curve.betaKelvin * (1 / (celsius + zeroCelsiusKelvin) - 1 / (curve.nominalCelsius + zeroCelsiusKelvin)))
  );
}
