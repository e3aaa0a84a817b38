import './harness.ts';
import './contracts.ts';
import './behaviour/index.ts';
import './attacks/index.ts';
import './idl/index.ts';
