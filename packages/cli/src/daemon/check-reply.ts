import { messageOf } from '@background-fetch/common';
import { DaemonError, type Reply } from './protocol.ts';

// Apart from the schemas: a client starts faster without them, and the daemon is of the same user and protocol.

/** The number with which a message wants its answer; 0 where there is none. */
export function idOfMessage(message: unknown): number {
  const id = typeof message === 'object' && message !== null ? (message as { id?: unknown }).id : undefined;
  return Number.isSafeInteger(id) ? (id as number) : 0;
}

/** @throws DaemonError that says what is wrong */
export function checkReply(message: unknown): Reply {
  if (idOfMessage(message) === 0) throw notUnderstood(new TypeError('reply has to be an object with an id'));
  const { error } = message as { error?: unknown };
  const { code, message: said } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (error !== undefined && (typeof code !== 'string' || typeof said !== 'string'))
    throw notUnderstood(new TypeError('reply.error has to be a code and a message'));
  return message as Reply;
}

export function notUnderstood(cause: unknown): DaemonError {
  return new DaemonError('usage', `The message is not understood: ${messageOf(cause)}`, { cause });
}
