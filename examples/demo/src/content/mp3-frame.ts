import { BitWriter } from './bit-writer.ts';
import { lineCount } from './spectrum.ts';

/** MPEG-1 Layer III, 48 kHz, 320 kbit/s, mono: at 48 kHz every frame has the same length, without padding. */
export const frameLength = 960;
/** Seconds that a frame plays. */
export const frameDuration = 0.024;
export const granulesPerFrame = 2;

// Sync word, MPEG-1, Layer III, no checksum; 320 kbit/s, 48 kHz; one channel, original.
const header = [0xff, 0xfb, 0xe4, 0xc4];
const sideInformationLength = 17;
/** At the end of each frame, where decoders look at nothing: the number of the frame, so that no two are equal. */
const serialLength = 4;

/** First lines of the scale factor bands at 48 kHz. */
const bandStarts = [
  0, 4, 8, 12, 16, 20, 24, 30, 36, 42, 50, 60, 72, 88, 106, 128, 156, 190, 230, 276, 330, 384,
];
/** The last lines have no scale factor; nothing is encoded there. */
const scaledBands = bandStarts.length - 1;
const wideFields = 11;

interface Granule {
  readonly globalGain: number;
  readonly scaleFactors: readonly number[];
  /** -1, 0 or 1 for each line. */
  readonly signs: Int8Array;
  readonly pairs: number;
}

/**
 * One frame of two granules' spectra. Lines are 0 or ±1 with one level per scale factor band: as coarse as Layer III
 * can be, enough for a few clear tones, and it needs only the smallest of its Huffman tables.
 */
export function encodeFrame(spectra: readonly [Float64Array, Float64Array], serial: number): Buffer {
  const frame = Buffer.alloc(frameLength);
  frame.set(header);
  const granules = spectra.map(quantise);
  const main = new BitWriter(frame.subarray(header.length + sideInformationLength));
  const side = new BitWriter(frame.subarray(header.length));
  // The frame's data starts in the frame itself (9 bits), private bits (5), no scale factors shared (4).
  side.write(0, 18);
  for (const granule of granules) {
    const start = main.length;
    writeMainData(main, granule);
    writeSideInformation(side, granule, main.length - start);
  }
  writeSerial(frame, serial);
  return frame;
}

export function writeSerial(frame: Buffer, serial: number): void {
  frame.writeUInt32BE(serial, frameLength - serialLength);
}

/** Steps of the global gain and the scale factors are 1.5 and 3 dB. */
function quantise(lines: Float64Array): Granule {
  const peaks = bandStarts.slice(0, scaledBands).map((start, band) => {
    let peak = 0;
    for (let i = start; i < (bandStarts[band + 1] as number); i++)
      peak = Math.max(peak, Math.abs(lines[i] as number));
    return peak;
  });
  const loudest = Math.max(...peaks, 1e-6);
  const globalGain = Math.round(210 + 4 * Math.log2(loudest));
  const level = 2 ** ((globalGain - 210) / 4);
  const signs = new Int8Array(lineCount);
  let last = -1;
  const scaleFactors = peaks.map((peak, band) => {
    const factor = Math.max(0, Math.round(2 * Math.log2(level / Math.max(peak, 1e-9))));
    if (factor > (band < wideFields ? 15 : 7)) return 0;
    for (let i = bandStarts[band] as number; i < (bandStarts[band + 1] as number); i++) {
      const line = lines[i] as number;
      if (Math.abs(line) < peak / 2) continue;
      signs[i] = Math.sign(line);
      last = i;
    }
    return factor;
  });
  return { globalGain, scaleFactors, signs, pairs: Math.ceil((last + 1) / 2) };
}

function writeSideInformation(side: BitWriter, { globalGain, pairs }: Granule, part23Length: number): void {
  side.write(part23Length, 12);
  side.write(pairs, 9);
  side.write(globalGain, 8);
  side.write(15, 4); // Scale factors of 4 and 3 bits.
  side.write(0, 1); // Long blocks only.
  for (let region = 0; region < 3; region++) side.write(1, 5); // Huffman table 1 everywhere.
  side.write(7, 4); // Where regions end is the same to us.
  side.write(7, 3);
  side.write(0, 3); // No pre-emphasis, scale factor steps of 3 dB, count1 table A.
}

function writeMainData(main: BitWriter, { scaleFactors, signs, pairs }: Granule): void {
  scaleFactors.forEach((factor, band) => {
    main.write(factor, band < wideFields ? 4 : 3);
  });
  for (let pair = 0; pair < pairs; pair++) {
    const x = signs[2 * pair] as number;
    const y = signs[2 * pair + 1] as number;
    if (x && y) main.write(0b000, 3);
    else if (x) main.write(0b01, 2);
    else if (y) main.write(0b001, 3);
    else main.write(0b1, 1);
    if (x) main.write(x < 0 ? 1 : 0, 1);
    if (y) main.write(y < 0 ? 1 : 0, 1);
  }
}
