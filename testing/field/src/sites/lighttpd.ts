import type { Place, Program, Site } from './site.ts';

/** A server as a distribution sets it up, but for where it writes. */
function lighttpd({ directory, root, port }: Place, more = ''): Program {
  return {
    server: 'lighttpd',
    configuration: `
server.modules = ("mod_accesslog", "mod_setenv", "mod_deflate")
server.document-root = "${root}"
server.bind = "127.0.0.1"
server.port = ${port}
server.pid-file = "${directory}/lighttpd.pid"
server.errorlog = "${directory}/error.log"
server.upload-dirs = ("${directory}")
accesslog.filename = "${directory}/access.log"
accesslog.format = "\\"%r\\" %s %b of \\"%{Range}i\\" if \\"%{If-Range}i\\" etag %{ETag}o coding %{Content-Encoding}o"
mimetype.assign = (
  ".html" => "text/html", ".js" => "text/javascript", ".json" => "application/json",
  ".txt" => "text/plain", ".tar.gz" => "application/x-gtar-compressed", "" => "application/octet-stream"
)
${more}
`,
  };
}

const compression = `
deflate.mimetypes = ("text/plain", "application/json")
deflate.allowed-encodings = ("brotli", "gzip", "deflate")`;

export const lighttpdSites: readonly Site[] = [
  { name: 'lighttpd: static', does: 'files as they are', programs: (place) => [lighttpd(place)] },
  {
    name: 'lighttpd: mod_deflate',
    does: 'compresses text as it is sent',
    coded: true,
    shows: [/text\.txt.* coding (gzip|br)$/m],
    programs: (place) => [lighttpd(place, compression)],
  },
  {
    name: 'lighttpd: CORS',
    does: 'allows other origins, and exposes no header',
    crossOrigin: true,
    programs: (place) => [
      lighttpd(place, 'setenv.add-response-header = ("Access-Control-Allow-Origin" => "*")'),
    ],
  },
];
