// The suites that show what comes of bodies and rows at rest: a storage that takes no Blobs may answer otherwise.
import './harness.ts';
import './contracts.ts';
import './behaviour/requests.ts';
import './behaviour/streaming.ts';
import './behaviour/in-hand.ts';
import './behaviour/responses.ts';
import './behaviour/caches.ts';
import './behaviour/kept.ts';
import './behaviour/integrity.ts';
import './behaviour/interruptions.ts';
import './attacks/rows.ts';
