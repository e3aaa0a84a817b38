import 'background-fetch/integrity';
import './module.ts';
