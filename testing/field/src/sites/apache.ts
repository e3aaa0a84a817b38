import type { Place, Program, Site } from './site.ts';

/** What Debian enables for static files; what a configuration needs besides comes with it. */
const usualModules = ['mpm_event', 'authz_core', 'mime', 'dir', 'headers', 'filter'];

/** A server as a distribution sets it up, but for where it writes. */
export function apache(
  { directory, root }: Place,
  port: number,
  { modules = [], configuration = '' }: { modules?: readonly string[]; configuration?: string } = {},
): Program {
  const load = [...usualModules, ...modules].map(
    (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
  );
  return {
    server: 'apache',
    configuration: `
ServerRoot ${directory}
DefaultRuntimeDir ${directory}
PidFile ${directory}/apache.pid
Mutex file:${directory} default
Listen 127.0.0.1:${port}
ServerName 127.0.0.1
${load.join('\n')}
TypesConfig /etc/mime.types
StartServers 1
ErrorLog ${directory}/error.log
LogFormat "%{c}p %k \\"%r\\" %>s %B of \\"%{Range}i\\" if \\"%{If-Range}i\\" etag %{ETag}o coding %{Content-Encoding}o" field
CustomLog ${directory}/access.log field
KeepAlive On
MaxKeepAliveRequests 100
KeepAliveTimeout 5
DocumentRoot ${root}
<Directory ${root}>
  Require all granted
</Directory>
${configuration}
`,
  };
}

function site(
  name: string,
  does: string,
  configuration: string,
  { modules = [], ...rest }: Partial<Site> & { readonly modules?: readonly string[] } = {},
): Site {
  return {
    name: `Apache: ${name}`,
    does,
    ...rest,
    programs: (place) => [apache(place, place.port, { configuration, modules })],
  };
}

export const apacheSites: readonly Site[] = [
  site('static', 'files as they are', ''),
  site('AddEncoding x-gzip', 'calls an archive a body with a content coding', 'AddEncoding x-gzip .gz .tgz', {
    shows: [/archive\.tar\.gz.* coding x-gzip/],
  }),
  site(
    'mod_deflate',
    'compresses text as it is sent, with ETags that end in -gzip',
    'AddOutputFilterByType DEFLATE text/plain application/json',
    { modules: ['deflate'], coded: true, shows: [/text\.txt.* etag \S*-gzip\S* coding gzip/] },
  ),
  site('FileETag None', 'tells versions apart by Last-Modified only', 'FileETag None'),
  site(
    'FileETag INode MTime Size',
    'ETags of the file, not of its content only',
    'FileETag INode MTime Size',
  ),
  site('FileETag Digest', 'ETags of the content', 'FileETag Digest'),
  site('MaxKeepAliveRequests 2', 'ends each connection after two requests', 'MaxKeepAliveRequests 2'),
  site('KeepAliveTimeout 1', 'ends a connection after a second without a request', 'KeepAliveTimeout 1'),
  site('MaxRanges none', 'serves no ranges', '<Location /files/>\nMaxRanges none\n</Location>'),
  site(
    'CORS',
    'allows other origins, but in errors, and exposes no header',
    'Header set Access-Control-Allow-Origin *',
    { crossOrigin: true },
  ),
];
