export { fillBody, findDifference } from './body.ts';
export { expectedSha256 } from './expected.ts';
export type { ListenerName } from './listener.ts';
export type { Finish, LogEntry, RequestLog } from './log.ts';
export { type FaultServer, type FaultServerOptions, type Handler, startFaultServer } from './server.ts';
export type { ResourceChange, ResourceCondition, ResourceState } from './state.ts';
export type { FormField, Upload } from './uploads.ts';
