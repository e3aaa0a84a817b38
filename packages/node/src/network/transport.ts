import { createSecureContext, rootCertificates } from 'node:tls';
import type { Agent as AgentOfUndici, buildConnector as BuildConnector, Dispatcher } from 'undici';
import { createConnector, type TlsSettings } from './connector.ts';
import { mostHeaderBytes } from './http1/response-stream.ts';
import type { Dispatchers } from './send-again.ts';
import { Agent, loadProxyAgent } from './undici.ts';

/** The connections of the requests of a background fetch: its proxies, and whom it trusts. */
export interface ConnectionSettings {
  /**
   * URLs of proxies for `http:` and for `https:`, '' for none, and the hosts that are reached without, as in
   * `NO_PROXY`.
   */
  readonly proxies?: { readonly http: string; readonly https: string; readonly except: string };
  /** Certificates of authorities, PEM, that are trusted in the place of those that Node trusts. */
  readonly ca?: string;
  /** The same, beside those. */
  readonly extraCa?: string;
  /** The certificate that the client shows, and its key, PEM. */
  readonly cert?: string;
  readonly key?: string;
  /** Whether certificates are checked; true. */
  readonly checked?: boolean;
}

/** The dispatchers of requests that are connected in the same way. */
export interface Transport {
  readonly reusing: Dispatcher;
  /** A connection that has been idle may be ended by the server at any time: what is sent only once gets a new one. */
  readonly unused: Dispatcher;
  /** Connects to a server; null where a proxy does, or an app's dispatcher. */
  readonly connect: BuildConnector.connector | null;
}

/** The settings of fetches that have none of their own. */
const usual: ConnectionSettings = {};

/** The dispatchers of a request: one that may not be repeated gets a connection that was never used. */
export function dispatchersOf({ reusing, unused }: Transport, isRepeatable: boolean): Dispatchers {
  return { first: isRepeatable ? reusing : unused, again: unused };
}

/** The transports of a network: one for all that say nothing, one for each way to connect of those that do. */
export class Transports {
  readonly #given: Dispatcher | undefined;
  readonly #settingsOf: ((fetchId: string) => ConnectionSettings | undefined) | undefined;
  readonly #transports = new Map<string, Transport>();
  /** The same by the settings themselves, which may hold hundreds of certificates. */
  readonly #known = new WeakMap<ConnectionSettings, Transport>();
  readonly #created: Dispatcher[] = [];

  /** @param given an app's dispatcher, which sends everything and is not closed */
  constructor(
    given: Dispatcher | undefined,
    settingsOf: ((fetchId: string) => ConnectionSettings | undefined) | undefined,
  ) {
    this.#given = given;
    this.#settingsOf = settingsOf;
  }

  /** @throws Error for certificates and keys that are none */
  of(fetchId: string): Transport {
    const settings = this.#settingsOf?.(fetchId) ?? usual;
    const known = this.#known.get(settings);
    if (known) return known;
    const key = JSON.stringify(settings);
    const transport = this.#transports.get(key) ?? this.#create(settings);
    this.#transports.set(key, transport);
    this.#known.set(settings, transport);
    return transport;
  }

  async close(): Promise<void> {
    await Promise.all(this.#created.map((dispatcher) => dispatcher.destroy()));
  }

  #create(settings: ConnectionSettings): Transport {
    if (this.#given) return { reusing: this.#given, unused: this.#given, connect: null };
    const { proxies, ca, extraCa, cert, key, checked = true } = settings;
    const trusted = ca ?? (extraCa && [...rootCertificates, extraCa]);
    const own = {
      ...(trusted && { ca: trusted }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    };
    let made: TlsSettings | undefined;
    // certificates are read once, and not for each connection; and not at all where nothing is secured, as all authorities take 50 ms
    const tls = (): TlsSettings => {
      made ??= {
        ...(Object.keys(own).length > 0 && { secureContext: createSecureContext(own) }),
        ...(!checked && { rejectUnauthorized: false }),
      };
      return made;
    };
    // what is wrong with a file that somebody named is said whatever the URL
    if (ca !== undefined || cert !== undefined || key !== undefined) tls();
    const connect = createConnector(tls);
    // each connection has one request at a time, of HTTP/2, too: what ends one takes no other request along; and
    // header sections may become longer by being put in order
    const common = { connect, maxHeaderSize: 2 * mostHeaderBytes };
    const create = (connections: AgentOfUndici.Options): Dispatcher => {
      const direct = this.#keep(new Agent({ ...common, ...connections }));
      if (!proxies?.http && !proxies?.https) return direct;
      const { http, https, except } = proxies;
      const proxied = this.#keep(
        new (loadProxyAgent())({
          httpProxy: http,
          httpsProxy: https,
          noProxy: except,
          ...common,
          ...connections,
          requestTls: tls(),
          proxyTls: tls(),
          proxyTunnel: false,
        }),
      );
      if (https) return proxied;
      // undici's agent would take the proxy for http: for https:, too
      return direct.compose(
        (dispatch) => (options, handler) =>
          `${options.origin}`.startsWith('http:')
            ? proxied.dispatch(options, handler)
            : dispatch(options, handler),
      );
    };
    const reusing = create({ pipelining: 1 });
    return { reusing, unused: create({ pipelining: 0, clientTtl: 1 }), connect: proxies ? null : connect };
  }

  #keep<T extends Dispatcher>(dispatcher: T): T {
    this.#created.push(dispatcher);
    return dispatcher;
  }
}
