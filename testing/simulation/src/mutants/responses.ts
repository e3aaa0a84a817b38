import type { Mutant } from './mutant.ts';

const partial = 'algorithms/validate-a-partial-response.ts';
const response = 'algorithms/process-response.ts';

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
    from: 'return locationOf(partial.url) === locationOf(previous.head.url);',
    to: 'return true;',
  },
  {
    name: 'continue where nothing tells versions apart',
    file: response,
    from: "const known = plan.ifRange !== null || request.integrity !== '';",
    to: 'const known = true;',
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
    from: "return signalsTruncation ? 'complete' : 'unproven';",
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
    from: "return end === 'closed' ? undefined : await afterCut(transfer);",
    to: 'return await settleABody(transfer);',
  },
  {
    name: 'take every 416 for the end',
    file: response,
    from: 'if (!isEnd || isOther || !isLength || !(isSame || lessons.proveEnd)) return refuse(exchange);',
    to: 'if (shown !== null && !isEnd) return refuse(exchange);',
  },
  {
    name: 'take an expired access for the end',
    file: response,
    from: '!isOkStatus(response.head.status) || (comparable && length !== stored)',
    to: 'isOkStatus(response.head.status) && comparable && length !== stored',
  },
  {
    name: 'take a 206 that nobody asked for',
    file: response,
    from: "return await transfer.settle('fetch-error');\n  }\n  if (status === 416 && plan.kind === 'rest')",
    to: "return await processWhole(exchange);\n  }\n  if (status === 416 && plan.kind === 'rest')",
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
