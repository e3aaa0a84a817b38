import { createCommand, wholeNumber } from '@background-fetch/testing-command-line';
import { startFaultServer } from './server.ts';

const { port } = createCommand(
  'node --conditions=source --import tsx testing/fault-server/src/cli.ts',
  'Serves faults until it is interrupted, and prints its origin, the other origin, the secure one and the edge.',
)
  .option(
    '--port <n>',
    'port of the origin; the others have the next three. 0 picks free ones',
    wholeNumber(0, 65_532),
    8400,
  )
  .parse()
  .opts<{ readonly port: number }>();
const server = await startFaultServer({ port });
console.log(`${server.origin}\n${server.crossOrigin}\n${server.secureOrigin}\n${server.edgeOrigin}`);
process.once('SIGINT', () => server.close());
