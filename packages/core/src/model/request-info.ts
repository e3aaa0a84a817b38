/**
 * What names a request. TypeScript's DOM library has `RequestInfo` without URL objects, and Node's types have none.
 * https://fetch.spec.whatwg.org/#requestinfo
 */
export type RequestInfo = Request | string | URL;
