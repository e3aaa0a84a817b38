import type { HeaderList, StoredBackgroundFetch, StoredRecord } from '@background-fetch/core';
import type { SimulatedFault } from '../network/simulated-fault.ts';
import type { Exchange } from '../network/simulated-network.ts';
import type { Commit } from '../store/memory-disk.ts';
import type { Change } from '../store/table.ts';
import type { Observer } from './observer.ts';
import type { Surroundings } from './surroundings.ts';
import { Trace } from './trace.ts';

/** Writes down what happens in a world, for people to read. */
export function keepJournal(world: Pick<Surroundings, 'clock'> & { readonly observers: Observer[] }): Trace {
  const trace = new Trace(world.clock);
  const note = (text: string): void => trace.record(text);
  const observer: Observer = {
    committed: (commit, { name }) => note(`${name} has stored: ${describeCommit(commit)}`),
    writeFailed: (failure, { name }) => note(`${name} could not store something: ${failure}`),
    asked: ({ id, request, headers }, { name }) =>
      note(
        `${name} asks for "${id}": ${request.method} ${request.url}${describeHeaders(Object.entries(headers))}`,
      ),
    faultMet: (fault, { request }) => note(`  ${request.url}: ${describeFault(fault)}`),
    probed: ({ request }, found, { name }) => note(`${name} has found out about ${request.url}: ${found}`),
    outage: (origin, begins) =>
      note(`  ${begins ? 'nobody answers any more' : 'there are answers again'} at ${origin}`),
    answered: (exchange) => note(`  ${describeAnswer(exchange)}`),
    ended: ({ url }) => note(`  nothing more comes from ${url}`),
    cut: ({ url }) => note(`  the connection to ${url} is cut`),
    announced: ({ id, downloaded, result, failureReason, recordsAvailable, paused }, { name }) => {
      const state = [result, failureReason, paused && 'paused', !recordsAvailable && 'released'];
      note(`${name} announces "${id}": ${downloaded} bytes ${state.filter(Boolean).join(' ')}`);
    },
    dispatching: (event, { id }, { name }) => note(`${name} gets ${event} for "${id}"`),
    handled: (event, { id }, { name }) => note(`${name} has handled ${event} for "${id}"`),
    warned: (message, { name }) => note(`${name} warns: ${message}`),
    started: ({ name }) => note(`${name} starts`),
    stopped: ({ name }) => note(`${name} has let go`),
    abortAnswered: (_, aborted) => note(`abort() gives ${aborted}`),
    refused: (what, reason, { name }) => note(`${name}: ${what} is refused: ${reason}`),
    read: ({ request, bytes, end }, { name }) =>
      note(`${name} has read ${bytes.length} bytes of ${request.url}${end ? `, ${end}` : ''}`),
    killed: ({ name }) => note(`${name} is gone`),
  };
  world.observers.push(observer);
  return trace;
}

function describeCommit({ fetches, records }: Commit): string {
  const rows = [...fetches.map(describeFetch), ...records.map(describeRecord)];
  return rows.length > 0 ? rows.join('; ') : 'nothing that shows';
}

function describeFetch({ before, after }: Change<StoredBackgroundFetch>): string {
  if (!after) return `"${before?.id}" is deleted`;
  const { failureReason } = { failureReason: '', ...after };
  return `"${after.id}" ${after.state}${failureReason && ` (${failureReason})`}`;
}

function describeRecord({ before, after }: Change<StoredRecord>): string {
  if (!after) return `record ${before?.index} is deleted`;
  const { index, state, responseData: data, retries } = after;
  const result = state === 'settled' ? ` ${after.result}` : '';
  const stored = data?.stored.map(({ start, end }) => `${start}–${end}`).join(' ') || 'nothing';
  const body = data ? `, body ${data.body} has ${stored} of ${data.length ?? '?'}` : '';
  const failures = retries.fruitless + retries.unanswered;
  return `record ${index} ${state}${result}${body}${failures > 0 ? `, ${failures} failures` : ''}`;
}

function describeFault(fault: SimulatedFault): string {
  if (fault.kind === 'unreadable')
    return `nobody may see what is answered${fault.why ? `, which is ${describeFault(fault.why)}` : ''}`;
  return 'status' in fault ? `${fault.kind}, with ${fault.status ?? 'no answer'}` : fault.kind;
}

function describeAnswer({ url, version, answer, fault }: Exchange): string {
  const { start, end } = answer.content;
  const wrong = fault ? ` (${fault.kind}${'after' in fault ? ` after ${fault.after}` : ''})` : '';
  return `${url} answers ${answer.status}${wrong}, ${start}–${end} of version ${version}${describeHeaders(answer.headers)}`;
}

function describeHeaders(headers: HeaderList): string {
  const told = headers.filter(([name]) => !/^(date|content-type)$/i.test(name));
  return told.map(([name, value]) => `, ${name.toLowerCase()}: ${value}`).join('');
}
