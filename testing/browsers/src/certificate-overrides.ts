import { connect } from 'node:tls';

/**
 * Firefox's list of accepted bad certificates, for a profile: Firefox has no switch to accept all of them unless it
 * is driven. One line per host and port with the fingerprint of what is served there now.
 */
export async function certificateOverrides(urls: readonly string[]): Promise<string> {
  const lines = await Promise.all(urls.map(override));
  return `# PSM Certificate Override Settings file\n${lines.join('')}`;
}

async function override(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const fingerprint = await servedFingerprint(hostname, Number(port || 443));
  // The second field is the object identifier of SHA-256.
  return `${hostname}:${port || 443}:\tOID.2.16.840.1.101.3.4.2.1\t${fingerprint}\t\n`;
}

function servedFingerprint(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, rejectUnauthorized: false }, () => {
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      resolve(fingerprint256);
    });
    socket.once('error', (cause) => {
      const error = `Can't read the certificate of ${host}:${port} for Firefox; start the server before the browser`;
      reject(new Error(error, { cause }));
    });
  });
}
