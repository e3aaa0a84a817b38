import { beforeAll, describe, expect, it } from 'vitest';
import { encodeLoop, readAudio } from '../src/content/audio.ts';
import { episodes } from '../src/content/episodes.ts';
import { frameLength } from '../src/content/mp3-frame.ts';
import { loopFrames } from '../src/content/score.ts';

/** The side information of a mono frame that tells how many bits the two granules take. */
function granuleLengths(frame: Buffer): number[] {
  const bits = [...frame.subarray(4, 21)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return [18, 18 + 59].map((offset) => Number.parseInt(bits.slice(offset, offset + 12), 2));
}

describe('the audio of an episode', () => {
  let loop: Buffer;

  beforeAll(async () => {
    const [episode] = episodes;
    if (!episode) throw new Error('There are no episodes');
    loop = await encodeLoop(episode);
  });

  it('consists of MPEG-1 Layer III frames, 320 kbit/s, 48 kHz, mono, without a gap', () => {
    for (let offset = 0; offset < loop.length; offset += frameLength) {
      expect(loop.subarray(offset, offset + 4).toString('hex')).toBe('fffbe4c4');
    }
    expect(loop.length).toBe(loopFrames * frameLength);
  });

  it('fits the bits of every frame into the frame, before its number', () => {
    for (let offset = 0; offset < loop.length; offset += frameLength) {
      const [first = 0, second = 0] = granuleLengths(loop.subarray(offset, offset + frameLength));
      expect(first + second).toBeLessThanOrEqual((frameLength - 4 - 17 - 4) * 8);
      expect(first).toBeGreaterThan(0);
    }
  });

  it('is the same bytes, whatever pieces it is read in', () => {
    const whole = readAudio(loop, 0, 5 * frameLength);
    const pieces = [
      [0, 1],
      [1, 700],
      [700, 961],
      [961, 5 * frameLength],
    ].map(([start, end]) => readAudio(loop, start as number, end as number));
    expect(Buffer.concat(pieces).equals(whole)).toBe(true);
  });

  it('has no two equal frames, even when the loop starts again', () => {
    const again = loopFrames * frameLength;
    const first = readAudio(loop, 0, frameLength);
    const repeated = readAudio(loop, again, again + frameLength);
    expect(repeated.equals(first)).toBe(false);
    expect(repeated.subarray(0, -4).equals(first.subarray(0, -4))).toBe(true);
  });
});
