import { Option } from 'commander';

export function seedOption(): Option {
  const seed = String(Math.floor(Math.random() * 2 ** 32));
  return new Option('--seed <text>', 'repeats the run that began with it').default(seed, 'a random one');
}
