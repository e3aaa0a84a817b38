import { type Call, isCommandName, schemaOfCall } from './calls.ts';
import { notUnderstood } from './check-reply.ts';
import { DaemonError } from './protocol.ts';
import { check } from './schemas.ts';

/** @throws DaemonError that says what is wrong */
export function checkCall(message: unknown): Call {
  const command =
    typeof message === 'object' && message !== null ? (message as { command?: unknown }).command : undefined;
  if (!isCommandName(command)) {
    throw new DaemonError('usage', `There is no command ${JSON.stringify(command ?? null).slice(0, 60)}`);
  }
  try {
    check(schemaOfCall(command), message, 'message');
  } catch (cause) {
    throw notUnderstood(cause);
  }
  return message as Call;
}
