import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Episode } from './episodes.ts';
import { encodeFrame, frameDuration, frameLength, granulesPerFrame, writeSerial } from './mp3-frame.ts';
import { compose, loopFrames, partialsAt } from './score.ts';
import { spectrumOf } from './spectrum.ts';

/** Frames encoded before other work gets its turn. */
const framesPerTurn = 100;

/** Bytes of an episode's audio. */
export function audioLength(minutes: number): number {
  return Math.round((minutes * 60) / frameDuration) * frameLength;
}

/** The frames of an episode's loop, one after the other. */
export async function encodeLoop({ mood }: Episode): Promise<Buffer> {
  const notes = compose(mood);
  const loop = Buffer.alloc(loopFrames * frameLength);
  for (let frame = 0; frame < loopFrames; frame++) {
    if (frame % framesPerTurn === 0) await turnOfTheLoop();
    const first = frame * granulesPerFrame;
    const spectrum = (granule: number) => spectrumOf(partialsAt(mood, notes, granule), granule);
    loop.set(encodeFrame([spectrum(first), spectrum(first + 1)], frame), frame * frameLength);
  }
  return loop;
}

/** Bytes `start` to `end` (exclusive) of the audio that repeats `loop`, each frame with its own number. */
export function readAudio(loop: Buffer, start: number, end: number): Buffer {
  const firstFrame = Math.floor(start / frameLength);
  const afterLast = Math.ceil(end / frameLength);
  const frames = Buffer.allocUnsafe((afterLast - firstFrame) * frameLength);
  for (let number = firstFrame; number < afterLast; number++) {
    const from = (number % loopFrames) * frameLength;
    const frame = frames.subarray(
      (number - firstFrame) * frameLength,
      (number - firstFrame + 1) * frameLength,
    );
    frame.set(loop.subarray(from, from + frameLength));
    writeSerial(frame, number);
  }
  const offset = start - firstFrame * frameLength;
  return frames.subarray(offset, offset + end - start);
}
