/** Whether a response is a success. https://fetch.spec.whatwg.org/#ok-status */
export function isOkStatus(status: number): boolean {
  return status >= 200 && status <= 299;
}

/** Whether a response has no body whatever its fields say. https://fetch.spec.whatwg.org/#null-body-status */
export function hasNullBody(status: number, method: string): boolean {
  return method === 'HEAD' || /^(0|10[13]|20[45]|304)$/.test(`${status}`);
}
