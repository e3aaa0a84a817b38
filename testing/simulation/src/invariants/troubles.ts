import { isRetryableStatus, type NetworkRequest, type SettledRecord } from '@background-fetch/core';
import type { SimulatedFault } from '../network/simulated-fault.ts';
import type { Actor } from '../world/actor.ts';
import { retryOf } from '../world/engine-traits.ts';
import type { World } from '../world/world.ts';
import { originOf, UnderWay } from './under-way.ts';

/** What has brought a record to its failure. */
export type Trouble =
  /** Something that may well be the end of it. */
  | 'of its own'
  /** Its host had too much to do, for the engine itself. */
  | 'a crowd'
  /** For less time than is to be borne, nobody answered at its origin. */
  | 'an outage'
  /** Its request never left the host. */
  | 'a queue'
  | 'none';

/** What became of the last request for a record. */
interface Course {
  readonly request: NetworkRequest;
  sent: boolean;
  /** Whether it was too much, and others of the engine's were under way from then on until that was known. */
  crowd: boolean;
}

/** The share of the time for which an outage is to be borne in which nothing may be given up for it. */
const leastPatience = 0.75;

/** Failures of attempts that will pass, from which on they may be the end of a record. */
const enough = 3;

const known = new WeakMap<World, Troubles>();

/** What goes wrong with requests, and whether that is a reason to give them up. */
export class Troubles {
  readonly #world: World;
  readonly #underWay: UnderWay;
  /** Where something went wrong that may be the end of a record, */
  readonly #faulty = new Set<string>();
  /** and how often something that will pass. */
  readonly #mishaps = new Map<string, number>();
  /** How often its host had too much to do, and said that it is forbidden. */
  readonly #refusals = new Map<string, number>();
  readonly #courses = new Map<string, Course>();
  /** Since when none of their requests has got a connection. */
  readonly #waiting = new Map<string, number>();
  /** Those of which some request has got a connection. */
  readonly #sent = new Set<string>();
  /** Those whose requests have met with an outage. */
  readonly #delayed = new Set<string>();
  /** Since when nobody has answered at an origin, as engines have seen it. */
  readonly #silentSince = new Map<string, number>();
  readonly #answered = new WeakMap<Actor, Set<string>>();
  /** The URLs of requests that have reached a server. */
  readonly #reached = new Set<string>();

  /** Those of a world, from now on. */
  static of(world: World): Troubles {
    const existing = known.get(world);
    if (existing) return existing;
    const troubles = new Troubles(world);
    known.set(world, troubles);
    return troubles;
  }

  private constructor(world: World) {
    this.#world = world;
    this.#underWay = UnderWay.of(world);
    world.observers.unshift({
      asked: (request, by) => {
        const name = nameOf(by, request);
        this.#courses.set(name, { request, sent: false, crowd: false });
        if (!this.#waiting.has(name)) this.#waiting.set(name, world.clock.now());
      },
      sent: (request) => {
        const by = this.#underWay.askerOf(request);
        const name = by && nameOf(by, request);
        if (name) this.#sent.add(name);
        if (name) this.#waiting.delete(name);
        const course = this.#courseOf(request);
        if (course) course.sent = true;
      },
      reached: ({ request }) => this.#reached.add(request.url),
      faultMet: (fault, request) => this.#meet(fault, request),
      answered: ({ request, fault }) => {
        if (fault?.kind === 'crowded') this.#confirmCrowd(request);
        else this.#answer(request);
        if (fault && fault.kind !== 'crowded') this.#suffer(request.request.url, fault);
      },
      concluded: (request) => this.#confirmCrowd(request),
      // of a body, too, that an outage has cut
      cut: ({ request }) => this.#outage(request),
    });
  }

  #courseOf(request: NetworkRequest): Course | undefined {
    const by = this.#underWay.askerOf(request);
    const course = by && this.#courses.get(nameOf(by, request));
    return course?.request === request ? course : undefined;
  }

  #meet(fault: SimulatedFault, request: NetworkRequest): void {
    const { url } = request.request;
    if (fault.kind === 'outage') {
      this.#outage(request);
      // nobody answers where a redirect leads, which a page can't tell from what will not pass
      if (!this.#world.network.origin(originOf(request)).outage) this.#suffer(url, { kind: 'refused' });
    } else if (fault.kind === 'crowded') {
      const course = this.#courseOf(request);
      if (course) course.crowd = this.hasCompany(request);
      // a status that stands for a refusal of the resource as a rule is believed the second time
      if (fault.status === null) this.#suffer(url, { kind: 'refused' });
      else if (!isRetryableStatus(fault.status)) this.#refuse(url);
    } else if (fault.kind === 'unreadable') {
      this.#silentSince.delete(originOf(request));
      // what nobody may see of the answer to a range is no answer to the plain request
      const isPlain = !('Range' in request.headers);
      if (fault.why ? fault.why.kind !== 'crowded' : isPlain) this.#faulty.add(url);
      // nothing tells it from a refusal of the request itself, but others that are answered
      else if (fault.why) this.#suffer(url, { kind: 'refused' });
    } else if (fault.kind === 'refused' || fault.kind === 'hung') this.#suffer(url, fault);
  }

  #refuse(url: string): void {
    const count = (this.#refusals.get(url) ?? 0) + 1;
    this.#refusals.set(url, count);
    if (count > 1) this.#faulty.add(url);
  }

  #suffer(url: string, fault: SimulatedFault): void {
    const passes = fault.kind === 'status' ? isRetryableStatus(fault.status) : fault.kind !== 'altered';
    const count = (this.#mishaps.get(url) ?? 0) + 1;
    this.#mishaps.set(url, count);
    if (!passes || count >= enough) this.#faulty.add(url);
  }

  /** Whether the engine that made this request waits for others of this origin. */
  hasCompany(request: NetworkRequest): boolean {
    const by = this.#underWay.askerOf(request);
    return this.#underWay.at(originOf(request)).some(([other, who]) => other !== request && who === by);
  }

  #confirmCrowd(request: NetworkRequest): void {
    const course = this.#courseOf(request);
    if (course?.crowd) course.crowd = this.hasCompany(request);
  }

  #answer(request: NetworkRequest): void {
    const by = this.#underWay.askerOf(request);
    const origin = originOf(request);
    this.#silentSince.delete(origin);
    if (by) this.#answered.set(by, (this.#answered.get(by) ?? new Set()).add(origin));
  }

  #outage(request: NetworkRequest): void {
    const origin = originOf(request);
    const by = this.#underWay.askerOf(request);
    if (!this.#world.network.origin(origin).outage) return;
    if (by) this.#delayed.add(nameOf(by, request));
    if (!this.#silentSince.has(origin)) this.#silentSince.set(origin, this.#world.clock.now());
  }

  /** What made an engine give up a record that it has just settled as a failure. */
  of({ fetch: key, index, request, result }: SettledRecord, by: Actor): Trouble {
    const { network, disk } = this.#world;
    const fetch = disk.fetches.get(key);
    const { url, method } = request;
    const { origin } = new URL(url);
    const name = `${by.name} ${fetch?.id} ${url}`;
    const course = this.#courses.get(name);
    // one that an engine has left behind
    if (!course) return 'of its own';
    const isUpload = method !== 'GET' && method !== 'HEAD';
    if (request.integrity !== '' || request.redirect !== 'follow') return 'of its own';
    const isHurt = this.#faulty.has(url) || (isUpload && this.#mishaps.has(url));
    // a range that the app asked for can't be asked for otherwise
    const isRange = request.headers.some(([field]) => field.toLowerCase() === 'range');
    if (isHurt || isRange || network.leadsNowhere(url)) return 'of its own';
    const isAlone = ![...disk.records.values()].some(
      (other) => other.fetch === key && other.index !== index && other.request.url === url,
    );
    const wasCrowded = isAlone && course.crowd && !isUpload;
    if (wasCrowded || result === 'bad-status') return wasCrowded ? 'a crowd' : 'of its own';
    // an engine that stops gives what it can't repeat as long without news as anything else
    if (isUpload && by.retiring) return 'of its own';
    if (isAlone ? !course.sent : !this.#sent.has(name))
      return this.#isBorne(this.#waiting.get(name), origin, by) ? 'a queue' : 'of its own';
    // nor may what has reached a server be sent again, or what may have, where the host can't tell
    const isKnown = network.probing === 'by what happened' && !this.#reached.has(url);
    if (isUpload && !isKnown) return 'of its own';
    const since = this.#silentSince.get(origin);
    if (since !== undefined) return this.#isBorne(since, origin, by) ? 'an outage' : 'of its own';
    // one that is over is no better reason
    return this.#delayed.has(name) ? 'an outage' : 'none';
  }

  /** Whether an engine has to wait on for somebody who answers, or could. */
  #isBorne(since: number | undefined, origin: string, by: Actor): boolean {
    const { outage, firstAnswer } = retryOf(this.#world.traits);
    const wasAnswered = this.#answered.get(by)?.has(origin) ?? false;
    const patience = wasAnswered ? outage : Math.min(outage, firstAnswer);
    const now = this.#world.clock.now();
    return now - (since ?? now) < patience * leastPatience;
  }
}

/** What tells the records of an engine apart, but for those of one fetch that are for one URL. */
function nameOf(by: Actor, { id, request }: NetworkRequest): string {
  return `${by.name} ${id} ${request.url}`;
}
