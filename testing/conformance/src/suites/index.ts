import './harness.ts';
import './behaviour/index.ts';
import './attacks/index.ts';
import './idl/index.ts';
import './store-contract.ts';
