import type { RestPlan } from '@background-fetch/core';
import { describe, expect, it } from 'vitest';
import { takePiece } from '../../src/network/take-piece.ts';

const pieceSize = 100;

function pieces(positions: readonly number[]): RestPlan[] {
  return positions.map((position) => ({
    kind: 'rest' as const,
    position,
    end: position + pieceSize,
    overlap: 0,
    validator: '"v1"',
    conditional: true,
  }));
}

function takeAll(waiting: RestPlan[], connections: number): (readonly [number, number])[] {
  const taken: (readonly [number, number])[] = [];
  for (let next = takePiece(waiting, connections); next; next = takePiece(waiting, connections)) {
    taken.push([next.position, next.end ?? 0]);
  }
  return taken;
}

function positions(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i * pieceSize);
}

describe('Ranges that are taken by connections', () => {
  it('are all there, in order, once', () => {
    let reached = 0;
    for (const [start, end] of takeAll(pieces(positions(201)), 4)) {
      expect(start).toBe(reached);
      expect(end).toBeGreaterThan(start);
      reached = end;
    }
    expect(reached).toBe(201 * pieceSize);
  });

  it('are joined to a share of what waits, and single in the end', () => {
    expect(takeAll(pieces(positions(8)), 2)).toEqual([
      [0, 400],
      [400, 600],
      [600, 700],
      [700, 800],
    ]);
  });

  it('are not joined where bytes between them are stored', () => {
    expect(takeAll(pieces([0, 100, 300, 400]), 1)).toEqual([
      [0, 200],
      [300, 500],
    ]);
  });

  it('are not joined without end, so that a reader gets on', () => {
    expect(takeAll(pieces(positions(1000)), 2)[0]).toEqual([0, 1600]);
  });
});
