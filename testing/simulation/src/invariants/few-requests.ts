import type { FetchKey, NetworkRequest, StoredRecord } from '@background-fetch/core';
import { budgetOf, retryOf } from '../world/engine-traits.ts';
import type { Invariant } from './invariant.ts';
import { Troubles } from './troubles.ts';
import { originOf } from './under-way.ts';

/** What has been asked of an origin, and what there was to ask for. */
interface Account {
  asked: number;
  /** Requests that it takes if nothing goes wrong, */
  needed: number;
  /** and others that something which went wrong explains. */
  explained: number;
  /** Those that were too much for the host while it served others, */
  refused: number;
  /** those that it served, */
  served: number;
  /** and how many of an engine's it may come to know of at once. */
  surprises: number;
  /** Those that met with no answer since somebody answered last. */
  unheard: number;
  /** ms since the epoch: when the first of them was made */
  silentSince: number;
}

export const fewRequests: Invariant = {
  name: 'few-requests',
  promise:
    'A server is asked no more often than its bodies and what went wrong with them explain, and seldom while it is silent.',
  watch({ world }, violated) {
    const troubles = Troubles.of(world);
    const accounts = new Map<string, Account>();
    const records = new Map<FetchKey, Map<number, string>>();
    /** Those that have no connection yet. */
    const queued = new Set<NetworkRequest>();
    let failedAt = Number.NEGATIVE_INFINITY;

    function accountOf(origin: string): Account {
      const known = accounts.get(origin);
      if (known) return known;
      const none = { asked: 0, needed: 0, explained: 0, refused: 0, served: 0, unheard: 0, silentSince: 0 };
      const account = { ...none, surprises: budgetOf(world.traits) };
      accounts.set(origin, account);
      return account;
    }

    /** Ranges that are fetched at once, and of which each failure of one may end all. */
    const atOnce = (): number => world.traits.engine.connections ?? 1;

    /** Requests that it takes to get a body of this size, and to find its end. */
    function requestsFor(size: number): number {
      const pieces = atOnce() > 1 ? Math.ceil(size / (world.traits.engine.pieceSize ?? 1)) : 0;
      return 2 + pieces;
    }

    /** Those for short ranges, if somebody begins to wait for a body: each is twice as long as the one before at most. */
    function shortOnes(): number {
      const { pieceSize = 1, smallestPiece = 1 } = world.traits.engine;
      return atOnce() > 1 ? Math.ceil(Math.log2(pieceSize / smallestPiece)) + atOnce() : 0;
    }

    function explain(origin: string, count: number): void {
      accountOf(origin).explained += count;
    }

    /** Something that makes all that is under way begin again, of one origin or of all. */
    function disturb(): void {
      for (const account of accounts.values()) {
        account.unheard = 0;
        // who takes over knows of nothing
        account.surprises += budgetOf(world.traits);
      }
      for (const list of records.values()) {
        for (const origin of list.values()) explain(origin, atOnce() + 1);
      }
    }

    function begin({ fetch, index, request }: StoredRecord): void {
      const { origin } = new URL(request.url);
      const list = records.get(fetch) ?? new Map();
      records.set(fetch, list.set(index, origin));
      accountOf(origin).needed += 2 + shortOnes();
    }

    /** Those that one record after the other makes in an outage, with ever longer delays between them. */
    function mostUnheard({ silentSince }: Account): number {
      const { firstDelay, longestDelay } = retryOf(world.traits);
      const passed = world.clock.now() - silentSince;
      // delays are spread over their upper half
      const most = 8 + Math.log2(longestDelay / firstDelay) + (2 * passed) / longestDelay;
      // the engine begins again after a while, and knows of nothing then
      const beganAgain = silentSince - failedAt < 120_000;
      return beganAgain ? 2 * most + budgetOf(world.traits) : most;
    }

    function check(origin: string): void {
      const account = accountOf(origin);
      const { asked, needed, explained, unheard, refused, served, surprises } = account;
      if (asked > 0.7 * (needed + explained) + 5)
        violated(`${origin} was asked ${asked} times, and ${needed} + ${explained} explain it`);
      if (refused > surprises + 4 + served / 2)
        violated(`${origin} had to refuse ${refused} of what was too much for it, and served ${served}`);
      if (unheard > mostUnheard(account)) violated(`${origin} was silent, and was asked ${unheard} times`);
    }

    return {
      asked(request) {
        const origin = originOf(request);
        const account = accountOf(origin);
        account.asked++;
        queued.add(request);
        const { url, redirect } = request.request;
        // what is sent round in circles, or must not be sent on, is asked for until that has failed often enough
        const isVain =
          !world.connectivity.isOnline() || redirect !== 'follow' || world.network.leadsNowhere(url);
        if (isVain) account.explained += 2;
        check(origin);
      },
      sent: (request) => void queued.delete(request),
      concluded(request) {
        // of what never left the host, the server knows nothing
        if (queued.delete(request)) accountOf(originOf(request)).asked--;
      },
      answered({ request, fault, whole, answer }) {
        const origin = originOf(request);
        accountOf(origin).unheard = 0;
        if (fault?.kind === 'crowded') return;
        accountOf(origin).served++;
        if (fault) explain(origin, atOnce() + 1);
        // each version may take the place of the one before
        else if (!('Range' in request.headers) || !answer.isPart) explain(origin, requestsFor(whole.length));
      },
      cut: ({ request }) => explain(originOf(request), atOnce() + 1),
      faultMet(fault, request) {
        const origin = originOf(request);
        const account = accountOf(origin);
        if (fault.kind === 'outage') {
          if (account.unheard++ === 0) account.silentSince = world.clock.now();
          account.explained += 2;
        } else if (fault.kind !== 'crowded') {
          explain(origin, atOnce() + 1);
          if (fault.kind !== 'unreadable') return;
          if (fault.why?.kind !== 'crowded') account.served++;
          // nothing tells it from a refusal of the request itself
          else if (troubles.hasCompany(request)) account.refused--;
        } else if (troubles.hasCompany(request)) account.refused++;
        else account.explained += 2;
      },
      committed(commit) {
        for (const { before, after } of commit.records) {
          if (!before && after) begin(after);
          if (after?.state === 'settled') records.get(after.fetch)?.delete(after.index);
        }
        for (const { before, after } of commit.fetches) {
          if (before?.state !== after?.state) disturb();
          if (!after && before) records.delete(before.key);
        }
      },
      killed: disturb,
      stopped: disturb,
      writeFailed() {
        disturb();
        failedAt = world.clock.now();
      },
    };
  },
};
