import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { FaultServer } from '@background-fetch/testing-fault-server';
import { cases } from './cases.ts';
import { interruptAndSwap } from './interrupt.ts';
import { cutOnce, type Resource, refuseRanges, sendAsAsked, sendPartsAs200 } from './servers/answers.ts';
import type { Race } from './trial.ts';
import { afterACut, type Way } from './trials/after-a-cut.ts';
import { fewConnections } from './trials/few-connections.ts';
import { manyFiles } from './trials/many-files.ts';
import { outage } from './trials/outage.ts';

const mebibyte = 2 ** 20;
/** Below the 16 MiB from which several ranges are fetched at a time. */
const small: Resource = { body: randomBytes(12 * mebibyte) };
const large: Resource = { body: randomBytes(20 * mebibyte) };
const tiny: Resource = { body: randomBytes(10 * 1024) };
/** bytes per second for each connection */
const rate = 2 * mebibyte;

/** All that is raced for. `server` serves the files that change. */
export function planRaces(server: () => Promise<FaultServer>): readonly Race[] {
  return [
    {
      title: 'Killed in the middle, and the file changes',
      about: ['SIGKILL in the middle, another version of the same size, the same command again.'],
      trials: cases.map((one) => ({
        name: one.name,
        run: async (contestant) => [{ verdict: await interruptAndSwap(await server(), contestant, one) }],
      })),
    },
    {
      title: 'Cut once, and what comes then is answered in an odd way',
      about: [
        'The server ends the first answer in the middle, once. A command that fails is given again, up to three runs in all. In the',
        'second column the whole file may be the coded bytes or the decoded ones.',
      ],
      trials: [
        afterACut('a part with status 200 and its Content-Range', () => [partsAs200()]),
        afterACut('Content-Encoding: gzip, ranges of the coded bytes', () => [
          coded('text', Buffer.from(randomBytes(6 * mebibyte).toString('hex'))),
          coded('random bytes', small.body),
        ]),
        afterACut('Range refused', () => [400, 403, 405, 412, 500, 501].map(rangeRefused)),
      ],
    },
    {
      title: 'A server that is gone for a while, connections that end',
      about: [
        'The server goes away when 95 % were sent, and is back when the program has given up, at the latest after 30 s; then the',
        'same command again. Told to give up soon: wget (`--tries=2`), aria2c (`--max-tries=2`), bgfetch (`--retry 1`), background-fetch.',
      ],
      trials: [
        outage('gone at 95 %, for longer than is waited for', large, 0.95, rate),
        manyFiles(tiny, 200, 4),
      ],
    },
    {
      title: 'A server that bears few connections',
      about: [
        `${large.body.length / mebibyte} MiB at ${rate / mebibyte} MiB/s for each connection; requests beyond the limit are refused at once. “best” is the time`,
        'that as many connections as are allowed take.',
      ],
      trials: [
        fewConnections(large, 2, rate, 503),
        fewConnections(large, 2, rate, 403),
        fewConnections(large, 2, rate, 'reset'),
        fewConnections(large, 1, rate, 503),
      ],
    },
  ];
}

function partsAs200(): Way {
  return {
    answer: () => cutOnce(large, 6 * mebibyte, sendPartsAs200(large)),
    size: large.body.length,
    whole: [large.body],
  };
}

function coded(name: string, content: Uint8Array): Way {
  const body = gzipSync(content, { level: 1 });
  const resource = { body, headers: { 'Content-Encoding': 'gzip' } };
  return {
    name,
    answer: () =>
      cutOnce(resource, Math.floor(body.length / 2), (exchange) => sendAsAsked(exchange, resource)),
    size: body.length,
    whole: [body, content],
  };
}

function rangeRefused(status: number): Way {
  return {
    name: String(status),
    answer: () => cutOnce(small, 8 * mebibyte, refuseRanges(small, status)),
    size: small.body.length,
    whole: [small.body],
  };
}
