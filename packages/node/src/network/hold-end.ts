import type { Duplex } from 'node:stream';

/**
 * Keeps it from whoever reads a connection that nothing more comes. undici has a parser that must not hear of that while
 * it is paused: it throws an AssertionError out of the event, which nobody can catch.
 * @param onDestroy called before the connection is destroyed, if that happens first
 * @returns tells it that
 */
export function holdEnd(connection: Duplex, onDestroy: () => void): () => void {
  const { emit, destroy } = connection;
  let hasEnded = false;
  let isHeld = true;
  const release = (): void => {
    if (!isHeld) return;
    isHeld = false;
    connection.emit = emit;
    connection.destroy = destroy;
    if (hasEnded) connection.emit('end');
  };
  connection.emit = (name: string | symbol, ...values: unknown[]): boolean => {
    if (name !== 'end') return emit.call(connection, name, ...values);
    hasEnded = true;
    return true;
  };
  connection.destroy = (error?: Error): Duplex => {
    onDestroy();
    release();
    return destroy.call(connection, error);
  };
  return release;
}
