/// <reference path="../globals.d.ts" />
import { install } from './ponyfill.ts';

export * from './ponyfill.ts';

install();
