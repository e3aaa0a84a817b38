import { answerOver, type Call, openAnswers } from './answer-calls.ts';

// A dedicated worker, a shared worker, a frame or a tab that evaluates what a test asks, with the polyfill imported.
const parameters = new URL(location.href).searchParams;
const channel = openAnswers(parameters.get('channel') ?? '');
const ready = parameters.has('native') ? Promise.resolve() : import('background-fetch');
channel.onmessage = async ({ data }: MessageEvent<{ type: string; call: Call }>) => {
  if (data.type === 'close') globalThis.close();
  if (data.type !== 'call') return;
  await ready;
  await answerOver(channel, data.call);
};
ready.then(() => channel.postMessage({ type: 'ready' }));
