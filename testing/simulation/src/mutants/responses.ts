import type { Mutant } from './mutant.ts';

const partial = 'algorithms/validate-a-partial-response.ts';
const response = 'algorithms/process-response.ts';
const judge = 'algorithms/judge-a-response.ts';

/** What a response is taken for. */
export const responses: readonly Mutant[] = [
  {
    name: 'take a weak ETag for a strong one',
    file: 'transfer/choose-validator.ts',
    from: '/^"[^"]*"$/.test(etag)',
    to: '/"[^"]*"$/.test(etag)',
  },
  {
    name: 'drop the ETag check',
    file: partial,
    from: "if (etag !== null && getHeader(partial.headers, 'etag') !== etag) return false;",
    to: '',
  },
  {
    name: 'continue wherever the server begins',
    file: partial,
    from: 'if (values?.firstBytePos !== start) return null;',
    to: 'if (!values) return null;',
  },
  {
    name: 'continue with another resource',
    file: partial,
    from: 'if (locationOf(partial.url) === locationOf(head.url)) return true;',
    to: 'return true;',
  },
  {
    name: 'continue where nothing tells versions apart',
    file: judge,
    from: 'const isKnown = validator !== null || isDecided;',
    to: 'const isKnown = true;',
  },
  {
    name: 'continue what may have been coded without a look at what is stored',
    file: 'transfer/plan-attempt.ts',
    from: "const asked = data.coding !== 'identity' ? codingOverlap",
    to: "const asked = data.coding === 'assumed' ? codingOverlap",
  },
  {
    name: 'take the first bytes of a coded body for a proof that there is no coding',
    file: response,
    from: 'overlap > 0 && overlap < position && sink.position > position',
    to: 'overlap > 0 && sink.position > position',
  },
  {
    name: "continue a range that is the author's",
    file: 'transfer/plan-attempt.ts',
    from: "request.method === 'GET' && getHeader(request.headers, 'range') === null && head.status === 200",
    to: "request.method === 'GET' && head.status > 0",
  },
  {
    name: 'take a short body for a whole one',
    file: 'transfer/body-completeness.ts',
    from: "if (stored < data.length) return 'short';",
    to: '',
  },
  {
    name: 'take every clean end for the end',
    file: 'transfer/body-completeness.ts',
    from: "if (signalsTruncation) return 'complete';",
    to: "return 'complete';",
  },
  {
    name: 'take a part of an unknown total for the rest',
    file: response,
    from: "const showsEnd = exchange.plan.kind === 'plain' || response.head.status !== 206;",
    to: 'const showsEnd = true;',
  },
  {
    name: 'take a cut for the end',
    file: response,
    from: "await sink.finish(learnCoding(exchange, sink, end));\n      return await afterCut(exchange);\n    case 'closed':",
    to: "await sink.finish(learnCoding(exchange, sink));\n      return await settleABody(transfer);\n    case 'closed':",
  },
  {
    name: 'take every 416 for the end',
    file: judge,
    from: "if (!isEnd || isOther || !isLength || !(isSame || proves)) return { kind: 'other' };",
    to: "if (shown !== null && !isEnd) return { kind: 'other' };",
  },
  {
    name: 'take a refused continuation for the end',
    file: judge,
    from: "return end ?? judgeWhole(answer, plan, stored);\n  }\n  return { kind: 'refused' };",
    to: "return end ?? judgeWhole(answer, plan, stored);\n  }\n  return { kind: 'end', isVerified: false };",
  },
  {
    name: 'take a 206 that nobody asked for',
    file: judge,
    from: "if (head.status === 206) return { kind: 'unasked' };",
    to: '',
  },
  {
    name: 'take every 200 to a range for the whole',
    file: judge,
    from: "if (compareVersions(head, stored.head) !== 'same') return { kind: 'ambiguous' };",
    to: "return { kind: 'whole' };",
  },
  {
    name: 'take the refusal of a range for one of the resource',
    file: response,
    from: "return askAgain(parallel ? continueWith(course, 'single') : plainFromZero);\n    case 'other':",
    to: "return parallel ? askAgain(continueWith(course, 'single')) : await processWhole(exchange);\n    case 'other':",
  },
  {
    name: 'drop a body for a page that says why it can not be continued',
    file: 'model/transitions.ts',
    from: 'const interrupted = isOkStatus(data.head.status) ? undefined : isPart ? before : record.interrupted;',
    to: 'const interrupted = undefined;',
  },
  {
    name: 'take every status for a success',
    file: 'algorithms/settle-a-body.ts',
    from: "isOkStatus(record.responseData?.head.status ?? 0) ? 'success' : 'bad-status'",
    to: "'success'",
  },
  {
    name: 'leave integrity unchecked',
    file: 'algorithms/settle-a-body.ts',
    from: 'const asked = await hasIntegrity(transfer, data, integrity);',
    to: 'const asked = true;',
  },
];
