import { describe, expect, it } from 'vitest';
import { ReceiveBlocks, releaseReceived } from '../../src/network/receive-blocks.ts';

/** Receives so many bytes, all of them `value`. */
function receive(blocks: ReceiveBlocks, length: number, value: number): Buffer {
  blocks.room().fill(value, 0, length);
  return blocks.take(length);
}

describe('Blocks that connections receive into', () => {
  it('are used again when all that was received into them was given back', () => {
    const blocks = new ReceiveBlocks();
    const first = receive(blocks, 200_000, 1);
    releaseReceived(first.subarray(0, 150_000));
    releaseReceived(first.subarray(150_000));
    expect(blocks.room().buffer).toBe(first.buffer);
  });

  it('keep what is still needed, whatever else was given back', () => {
    const blocks = new ReceiveBlocks();
    const kept: Buffer[] = [];
    for (let value = 1; value <= 100; value++) {
      const given = receive(blocks, 100_000, value);
      kept.push(receive(blocks, 120_000, value));
      releaseReceived(given);
    }
    kept.forEach((bytes, i) => {
      expect(bytes.every((byte) => byte === i + 1)).toBe(true);
    });
  });

  it('stay with a connection that has room in them', () => {
    const blocks = new ReceiveBlocks();
    const others = new ReceiveBlocks();
    const received = receive(blocks, 100_000, 1);
    releaseReceived(received);
    expect(others.room().buffer).not.toBe(received.buffer);
    expect(blocks.room().buffer).toBe(received.buffer);
  });

  it('do not mind bytes that come from elsewhere', () => {
    expect(() => releaseReceived(Buffer.alloc(10))).not.toThrow();
  });
});
