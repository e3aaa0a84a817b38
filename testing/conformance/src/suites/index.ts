import './harness.ts';
