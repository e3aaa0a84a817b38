import type { Simulation } from './simulation.ts';

/** Counts what goes wrong on the way to the servers, when it really does. */
export function countFaults({ world, happened }: Simulation): void {
  world.observers.push({
    cut: () => happened('cut'),
    writeFailed: (failure) => happened(failure === 'io' ? 'write fails: I/O' : 'write fails: no space'),
    answered({ fault, answer, url, request }) {
      happened('answer');
      if (url !== request.request.url.split('#', 1)[0]) happened('redirect');
      if (answer.status === 206) happened('answer in part');
      if (fault?.kind === 'altered') happened(`wrong answer: ${fault.what}`);
      if (fault?.kind === 'status') happened(`status ${fault.status}`);
      if (fault?.kind === 'stalled') happened('stall');
    },
    faultMet({ kind }) {
      if (kind === 'refused' || kind === 'hung')
        happened(kind === 'hung' ? 'no answer' : 'connection refused');
    },
    committed: () => happened('commit'),
    dispatching: (name) => happened(`event: ${name}`),
  });
}
