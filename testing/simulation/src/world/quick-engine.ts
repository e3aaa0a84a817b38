import type { EngineTraits } from './engine-traits.ts';

/** Everything small and quick, so that much happens in few steps. */
export const quickEngine: EngineTraits = {
  connectionsPerOrigin: 3,
  briskConnectionsPerOrigin: 4,
  concurrency: 3,
  connections: 1,
  pieceSize: 250,
  smallestPiece: 30,
  smallestCheckpoint: 100,
  checkpointSize: 300,
  checkpointInterval: 100,
  awaitedCheckpointInterval: 15,
  firstCheckpointInterval: 30,
  keepFailed: 20_000,
  retry: {
    unansweredRetries: 2,
    unansweredWithin: 300,
    fruitlessAttempts: 5,
    firstDelay: 50,
    longestDelay: 1000,
    longestRetryAfter: 5000,
    stallTimeout: 800,
    answerTimeout: 3000,
    outage: 7_200_000,
    firstAnswer: 30_000,
  },
};
