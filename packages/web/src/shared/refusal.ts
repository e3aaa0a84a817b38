/** https://fetch.spec.whatwg.org/#port-blocking */
const blockedPort =
  /^([0179]|1[13579]|2[0-35]|37|4[23]|53|69|7[79]|87|95|10[1-49]|11[013579]|123|13[579]|143|161|179|389|427|465|51[2-5]|526|53[0-2]|540|548|55[46]|563|587|601|636|989|99[035]|17(19|2[03])|2049|3659|4045|4190|506[01]|6000|6566|66(6[5-9]|79|97)|10080)$/;

/** Why a page's URL may not be fetched in the background, null if it may. */
export function refusal({ protocol, hostname, port }: URL): string | null {
  const loopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && loopback)) {
    return `only https: is allowed, and http: on this machine, not ${protocol}`;
  }
  return blockedPort.test(port) ? `port ${port} is blocked` : null;
}
