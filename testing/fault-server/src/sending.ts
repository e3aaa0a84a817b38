import type { Exchange } from './exchange.ts';
import { type Faults, numberOf } from './faults.ts';
import type { KeyState } from './key-state.ts';

const largestPiece = 64 * 1024;

/** Milliseconds. libuv reports a reset that arrives together with bytes as an ordinary end. */
const pauseBeforeReset = 20;

/** Sends a body after its head, and does at the asked byte what was asked for there. */
export async function sendBody(
  exchange: Exchange,
  bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  faults: Faults,
  state: KeyState,
): Promise<void> {
  const sending = new Sending(exchange, faults, state);
  if (!(await sending.proceeds())) {
    return;
  }
  for await (const chunk of bytes) {
    for (let offset = 0; offset < chunk.length; ) {
      const piece = chunk.subarray(offset, offset + sending.nextLength());
      offset += piece.length;
      if (!(await sending.send(piece)) || !(await sending.proceeds())) {
        return;
      }
    }
  }
  exchange.response.end();
}

class Sending {
  #sent = 0;
  #paceStart = { at: performance.now(), sent: 0 };
  readonly #exchange: Exchange;
  readonly #state: KeyState;
  readonly #rate: number | undefined;
  readonly #lineRate: number | undefined;
  readonly #reset: number | undefined;
  readonly #cut: number | undefined;
  #stall: number | undefined;

  constructor(exchange: Exchange, faults: Faults, state: KeyState) {
    this.#exchange = exchange;
    this.#state = state;
    this.#rate = numberOf(faults.rate);
    this.#lineRate = numberOf(faults.linerate);
    this.#reset = numberOf(faults.reset);
    this.#cut = numberOf(faults.cut) ?? numberOf(faults.endchunk);
    this.#stall = numberOf(faults.stall);
  }

  /** As many bytes as may be sent before the next byte at which something happens. */
  nextLength(): number {
    const stops = [this.#stall, this.#reset, this.#cut].filter((stop) => stop !== undefined);
    const beforeStop = stops.filter((stop) => stop > this.#sent).map((stop) => stop - this.#sent);
    const drip = this.#rate === undefined ? largestPiece : Math.ceil(this.#rate / 20);
    const turn = this.#lineRate === undefined ? largestPiece : Math.ceil(this.#lineRate / 100);
    return Math.min(largestPiece, drip, turn, ...beforeStop);
  }

  async send(piece: Uint8Array): Promise<boolean> {
    if (this.#lineRate !== undefined)
      await this.#exchange.pause(this.#state.line.take(piece.length, this.#lineRate));
    const sent = await this.#exchange.write(piece);
    this.#sent += piece.length;
    if (sent && this.#rate !== undefined) {
      const due = this.#paceStart.at + ((this.#sent - this.#paceStart.sent) / this.#rate) * 1000;
      await this.#exchange.pause(Math.max(0, due - performance.now()));
    }
    return sent;
  }

  /** Does what is due at this byte; false if the response ends with it. */
  async proceeds(): Promise<boolean> {
    if (this.#stall === this.#sent) {
      this.#stall = undefined;
      const { state, exchange } = { state: this.#state, exchange: this.#exchange };
      if (!/^(none|cut)$/.test(state.faults.withhold ?? '')) await exchange.untilReleased(state);
      if (state.faults.withhold === 'cut') {
        exchange.cut();
        return false;
      }
      this.#paceStart = { at: performance.now(), sent: this.#sent };
    }
    if (this.#reset === this.#sent) {
      await this.#exchange.pause(pauseBeforeReset);
      this.#exchange.reset();
      return false;
    }
    if (this.#cut === this.#sent) {
      this.#exchange.cut();
      return false;
    }
    return !this.#exchange.gone.aborted;
  }
}
