export { fillBody } from './body.ts';
export { makeCertificate } from './certificate.ts';
export { expectedSha256 } from './digest.ts';
export type { Upload } from './key-state.ts';
export type { Certificate } from './listener.ts';
export type { Finish, LoggedRequest, RequestLog } from './log.ts';
export type { EndOutage, OriginName, OutageOptions } from './outages.ts';
export type { Handler } from './routes.ts';
export { type FaultServer, startFaultServer } from './server.ts';
