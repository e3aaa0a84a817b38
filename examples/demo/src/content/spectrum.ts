/** Samples per second of everything the project synthesises. */
export const sampleRate = 48_000;
/** Lines of a Layer III spectrum; a granule is as many samples long. */
export const lineCount = 576;

const bandCount = 32;
const linesPerBand = 18;
const windowLength = 36;
const bandWidth = sampleRate / 2 / bandCount;
/** Nearer to a band's edge than this, in Hz, a tone would be heard mirrored in the neighbouring band. */
const edge = 30;

/** Row k, column i: what sample i of the window contributes to line k. */
const transform = Float64Array.from({ length: linesPerBand * windowLength }, (_, index) => {
  const k = Math.floor(index / windowLength);
  const i = index % windowLength;
  const window = Math.sin((Math.PI / windowLength) * (i + 0.5));
  return (window * Math.cos((Math.PI / 72) * (2 * i + 19) * (2 * k + 1))) / 9;
});

const butterflies = [-0.6, -0.535, -0.33, -0.185, -0.095, -0.041, -0.0142, -0.0037].map((c) => {
  const cs = 1 / Math.sqrt(1 + c * c);
  return { cs, ca: c * cs };
});

/** A tone as it sounds during one granule. */
export interface Partial {
  /** In Hz. */
  readonly frequency: number;
  /** 1 is full scale. */
  readonly amplitude: number;
}

/**
 * The spectrum of a granule in which `partials` sound, computed without ever making samples: in the polyphase band
 * it falls into, a tone is the same tone sampled every 32nd time, and only the 18-line transform remains to be done.
 */
export function spectrumOf(partials: readonly Partial[], granule: number): Float64Array {
  const lines = new Float64Array(lineCount);
  for (const partial of partials) addPartial(lines, partial, granule);
  reduceAliases(lines);
  return lines;
}

function addPartial(lines: Float64Array, { frequency, amplitude }: Partial, granule: number): void {
  const band = Math.floor(frequency / bandWidth);
  const within = frequency - band * bandWidth;
  if (band >= bandCount || (band > 0 && within < edge) || bandWidth - within < edge) return;
  const samples = new Float64Array(windowLength);
  for (let i = 0; i < windowLength; i++) {
    const time = ((granule * linesPerBand + i) * bandCount) / sampleRate;
    // Odd bands come out of the filter bank with their spectrum reversed; every second sign undoes it.
    const sign = band & i & 1 ? -1 : 1;
    // Whole turns are dropped first: sines of huge angles lose precision.
    samples[i] = sign * amplitude * Math.cos(2 * Math.PI * ((frequency * time) % 1));
  }
  for (let k = 0; k < linesPerBand; k++) {
    let sum = 0;
    for (let i = 0; i < windowLength; i++) {
      sum += (transform[k * windowLength + i] as number) * (samples[i] as number);
    }
    const line = band * linesPerBand + k;
    lines[line] = (lines[line] as number) + sum;
  }
}

/** Decoders turn these butterflies back. */
function reduceAliases(lines: Float64Array): void {
  for (let band = 1; band < bandCount; band++) {
    butterflies.forEach(({ cs, ca }, i) => {
      const below = band * linesPerBand - 1 - i;
      const above = band * linesPerBand + i;
      const down = lines[below] as number;
      const up = lines[above] as number;
      lines[below] = down * cs + up * ca;
      lines[above] = up * cs - down * ca;
    });
  }
}
