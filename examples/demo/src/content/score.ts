import { frameDuration, granulesPerFrame } from './mp3-frame.ts';
import { seededRandom } from './random.ts';
import type { Partial } from './spectrum.ts';

/** The music of an episode is a loop of this many frames; 48 seconds. */
export const loopFrames = 2000;
export const loopDuration = loopFrames * frameDuration;
const granuleDuration = frameDuration / granulesPerFrame;

export interface Mood {
  readonly seed: number;
  /** Lowest tone, in Hz. */
  readonly root: number;
  /** Seconds between notes. */
  readonly beat: number;
  /** Semitones above the root to choose from. */
  readonly scale: readonly number[];
}

export interface Note {
  /** Seconds after the start of the loop. */
  readonly start: number;
  /** In Hz. */
  readonly frequency: number;
  readonly loudness: number;
}

const noteNames = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B'];
const ringing = 3.6;
const overtones = [
  { ratio: 1, loudness: 1, decay: 1.1 },
  { ratio: 2, loudness: 0.35, decay: 0.7 },
  { ratio: 3.01, loudness: 0.18, decay: 0.35 },
];

export function compose({ seed, root, beat, scale }: Mood): Note[] {
  const random = seededRandom(seed);
  const notes: Note[] = [];
  let step = Math.floor(scale.length / 2);
  for (let start = 0; start < loopDuration - beat / 2; start += beat) {
    if (random() < 0.22) continue; // A rest.
    step += Math.round((random() - 0.5) * 5);
    step = Math.min(scale.length - 1, Math.max(0, step));
    notes.push({
      start,
      frequency: semitonesAbove(root, scale[step] as number),
      loudness: 0.2 + random() * 0.15,
    });
  }
  return notes;
}

/** What sounds in a granule of the loop: the bells struck lately, over a quiet drone. */
export function partialsAt(mood: Mood, notes: readonly Note[], granule: number): Partial[] {
  const now = granule * granuleDuration;
  const swell = 0.6 + 0.4 * Math.sin((2 * Math.PI * now) / (loopDuration / 4));
  const partials = [
    { frequency: seamless(mood.root), amplitude: 0.06 * swell },
    { frequency: seamless(semitonesAbove(mood.root, 7)), amplitude: 0.045 * swell },
  ];
  for (const { start, frequency, loudness } of notes) {
    const age = (now - start + loopDuration) % loopDuration;
    if (age > ringing) continue;
    for (const overtone of overtones) {
      const amplitude =
        loudness * overtone.loudness * Math.exp(-age / overtone.decay) * Math.min(1, (age + 0.012) / 0.024);
      if (amplitude > 0.002) partials.push({ frequency: seamless(frequency * overtone.ratio), amplitude });
    }
  }
  return partials;
}

/** Like `A4`: the nearest note of the piano. */
export function noteName(frequency: number): string {
  const number = Math.round(69 + 12 * Math.log2(frequency / 440));
  return `${noteNames[number % 12]}${Math.floor(number / 12) - 1}`;
}

function semitonesAbove(root: number, semitones: number): number {
  return root * 2 ** (semitones / 12);
}

/** A tone that fits a whole number of times into the loop goes on without a click when the loop starts again. */
function seamless(frequency: number): number {
  return Math.round(frequency * loopDuration) / loopDuration;
}
