import type { Place, Program, Site } from './site.ts';

/** What of the configuration differs among sites. */
interface Parts {
  /** Of all that is served. */
  readonly http?: string;
  /** Of the files that are downloaded. */
  readonly files?: string;
  readonly server?: string;
  readonly listen?: string;
}

/** A server as a distribution sets it up, but for where it writes and that it stays in the foreground. */
export function nginx(
  { directory, root, port }: Place,
  { http = '', files = '', server = '', listen = '' }: Parts,
): Program {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  return {
    server: 'nginx',
    configuration: `
      daemon off;
      pid ${directory}/nginx.pid;
      error_log ${directory}/error.log info;
      worker_processes 2;
      events { worker_connections 256; }
      http {
        ${temporary.join('\n        ')}
        log_format field '$connection "$request" $status $body_bytes_sent of "$http_range" if "$http_if_range"'
                         ' etag $sent_http_etag coding $sent_http_content_encoding';
        access_log ${directory}/access.log field;
        include /etc/nginx/mime.types;
        default_type application/octet-stream;
        sendfile on;
        tcp_nopush on;
        ${http}
        server {
          listen 127.0.0.1:${port} ${listen};
          root ${root};
          ${server}
          location /files/ { ${files} }
        }
      }`,
  };
}

function site(name: string, does: string, parts: Parts, rest: Partial<Site> = {}): Site {
  return { name: `nginx: ${name}`, does, programs: (place) => [nginx(place, parts)], ...rest };
}

/** With what it takes to bear few connections, or few requests in a time. */
function limited(what: 'conn' | 'req', limit: string, status: number): Parts {
  const key = '$binary_remote_addr';
  const zone =
    what === 'conn' ? `limit_conn_zone ${key} zone=few:1m;` : `limit_req_zone ${key} zone=few:1m rate=10r/s;`;
  const use = what === 'conn' ? `limit_conn few ${limit};` : `limit_req zone=few ${limit};`;
  return { http: zone, files: `${use} limit_${what}_status ${status};` };
}

const secured = (place: Place, files = ''): Program =>
  nginx(place, {
    listen: 'ssl http2',
    server: `ssl_certificate ${place.certificate.cert}; ssl_certificate_key ${place.certificate.key};`,
    files,
  });

const allowAll = 'add_header Access-Control-Allow-Origin *;';
const exposed = 'ETag, Content-Range, Content-Encoding, Accept-Ranges, Content-Length';

const gzip = 'gzip on; gzip_types text/plain application/json;';
const compressed = [/text\.txt.* coding gzip/];
const partial = [/large\.bin.* 206 /];

export const nginxSites: readonly Site[] = [
  site('static', 'files as they are', {}, { shows: partial }),
  site(
    'gzip',
    'compresses text as it is sent, with weak ETags',
    { http: gzip },
    { coded: true, shows: compressed },
  ),
  site(
    'gzip_static',
    'sends the compressed file that lies beside it',
    { files: 'gzip_static on;' },
    { precompressed: true, coded: true, shows: compressed },
  ),
  site('limit_conn 1', 'one request at a time, else 503', limited('conn', '1', 503), { shows: [/ 503 /] }),
  site('limit_conn 1, 429', 'one request at a time, else 429', limited('conn', '1', 429), {
    shows: [/ 429 /],
  }),
  site('limit_conn 2', 'two requests at a time, else 503', limited('conn', '2', 503), { shows: [/ 503 /] }),
  site('limit_conn 2, 429', 'two requests at a time, else 429', limited('conn', '2', 429), {
    shows: [/ 429 /],
  }),
  site('limit_req', 'a request each 100 ms, else 503', limited('req', '', 503), { shows: [/ 503 /] }),
  site(
    'limit_req burst',
    'a request each 100 ms, five of which wait, else 503',
    limited('req', 'burst=5', 503),
  ),
  site(
    'limit_req burst nodelay, 429',
    'five requests at once, then one each 100 ms, else 429',
    limited('req', 'burst=5 nodelay', 429),
    { shows: [/ 429 /] },
  ),
  site(
    'CORS',
    'allows other origins, but in errors, and exposes no header',
    { files: allowAll },
    { crossOrigin: true },
  ),
  site(
    'CORS, gzip',
    'the same, and compresses text',
    { http: gzip, files: allowAll },
    { crossOrigin: true, coded: true, shows: compressed },
  ),
  site(
    'CORS, limit_conn 1',
    'the same, with 503 that other origins cannot read',
    { ...limited('conn', '1', 503), files: `limit_conn few 1; ${allowAll}` },
    { crossOrigin: true, shows: [/ 503 /] },
  ),
  site(
    'CORS, exposed',
    'allows other origins always, and exposes what matters',
    {
      files: `add_header Access-Control-Allow-Origin * always; add_header Access-Control-Expose-Headers "${exposed}" always;`,
    },
    { crossOrigin: true, shows: partial },
  ),
  {
    name: 'nginx: HTTP/2',
    does: 'TLS and HTTP/2, of which Node takes HTTP/1.1',
    secure: true,
    programs: (place) => [secured(place)],
    showsOfBrowsers: [/HTTP\/2\.0" 206 /],
  },
  {
    name: 'nginx: HTTP/2, CORS',
    does: 'the same, and allows other origins, but in errors',
    secure: true,
    crossOrigin: true,
    programs: (place) => [secured(place, allowAll)],
    showsOfBrowsers: [/HTTP\/2\.0" 200 /],
  },
  site('etag off', 'tells versions apart by Last-Modified only', { files: 'etag off;' }, { shows: partial }),
  site('max_ranges 0', 'serves no ranges', { files: 'max_ranges 0;' }),
  site('keepalive_requests 2', 'ends each connection after two requests', {
    http: 'keepalive_requests 2;',
  }),
  site('keepalive_timeout 1', 'ends a connection after a second without a request', {
    http: 'keepalive_timeout 1;',
  }),
];
