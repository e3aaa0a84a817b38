import type { SimulatedNetwork } from '../network/simulated-network.ts';
import { type EngineTraits, type RetryTraits, retryOf } from '../world/engine-traits.ts';
import type { Traits } from '../world/traits.ts';
import type { Draw, Happening } from './happening.ts';

/** What is between the host and the servers, where that is not the usual. */
export function drawOriginTraits(draw: Draw): Happening[] {
  const happenings: Happening[] = [];
  const network = (probability: number, what: string, change: (network: SimulatedNetwork) => void): void => {
    if (!draw.chance(probability)) return;
    happenings.push({ at: 0, what, happen: ({ world }) => change(world.network) });
  };
  const traits = (probability: number, what: string, change: (traits: Traits) => void): void => {
    if (!draw.chance(probability)) return;
    happenings.push({ at: 0, what, happen: ({ world }) => change(world.traits) });
  };
  const engine = (change: EngineTraits) => (traits: Traits) => {
    traits.engine = { ...traits.engine, ...change };
  };
  const retry = (change: Partial<RetryTraits>) => (traits: Traits) => {
    engine({ retry: { ...retryOf(traits), ...change } })(traits);
  };
  const connectionLimit = draw.pick([1, 2, 3, 4]);
  network(0.25, `the host opens ${connectionLimit} connections to one origin`, (network) =>
    Object.assign(network, { connectionLimit }),
  );
  network(0.12, 'requests share connections', (network) => (network.multiplexed = true));
  if (draw.chance(0.25)) {
    happenings.push({
      at: 0,
      what: 'the host knows how far its requests are, and has one engine',
      happen: ({ world }) => {
        world.network.probing = 'by what happened';
        world.traits.sharesConnections = false;
      },
    });
  }
  const connectionsPerOrigin = draw.pick([1, 2, 2]);
  traits(
    0.3,
    `the engine uses ${connectionsPerOrigin} connections to one origin`,
    engine({ connectionsPerOrigin, briskConnectionsPerOrigin: connectionsPerOrigin }),
  );
  traits(0.3, 'six records transfer at a time', engine({ concurrency: 6 }));
  traits(0.08, 'an outage is borne for 5 s', retry({ outage: 5000 }));
  return happenings;
}
