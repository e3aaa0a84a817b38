import type { Mood } from './score.ts';

export interface Palette {
  readonly sky: readonly [string, string];
  readonly sun: string;
  /** From the farthest layer to the nearest. */
  readonly hills: readonly string[];
}

export interface Episode {
  readonly number: number;
  readonly title: string;
  readonly summary: string;
  readonly minutes: number;
  readonly mood: Mood;
  readonly palette: Palette;
}

const majorPentatonic = [0, 2, 4, 7, 9, 12, 14, 16, 19, 21];
const minorPentatonic = [0, 3, 5, 7, 10, 12, 15, 17, 19, 22];
const open = [0, 5, 7, 12, 14, 17, 19, 24];

export const episodes: readonly Episode[] = [
  {
    number: 5,
    title: 'Bells above the fog',
    summary: 'A hilltop chapel rings the hours for a valley that nobody can see.',
    minutes: 12,
    mood: { seed: 505, root: 261.6, beat: 0.6, scale: majorPentatonic },
    palette: {
      sky: ['#f7d9b5', '#e98d6b'],
      sun: '#fff4dc',
      hills: ['#d9785f', '#a8524f', '#6d3344', '#3a1f33'],
    },
  },
  {
    number: 4,
    title: 'The night ferry',
    summary: 'Two hours of black water, one engine, and the lights of the other side.',
    minutes: 10,
    mood: { seed: 404, root: 220, beat: 0.8, scale: minorPentatonic },
    palette: {
      sky: ['#101c3d', '#28507d'],
      sun: '#f3e9c9',
      hills: ['#274a73', '#1b3559', '#122442', '#0a152b'],
    },
  },
  {
    number: 3,
    title: 'Slow train north',
    summary: 'The line follows the river until the river gives up, and then goes on alone.',
    minutes: 14,
    mood: { seed: 303, root: 293.7, beat: 0.4, scale: open },
    palette: {
      sky: ['#dff0ea', '#8fc1b5'],
      sun: '#fffbe6',
      hills: ['#6fa99b', '#47847a', '#2b5f5c', '#173f42'],
    },
  },
  {
    number: 2,
    title: 'Rain on a tin roof',
    summary: 'An afternoon under a boat shed, waiting for the weather to change its mind.',
    minutes: 8,
    mood: { seed: 202, root: 329.6, beat: 0.3, scale: minorPentatonic },
    palette: {
      sky: ['#d5dbe6', '#8797b3'],
      sun: '#f4f6fa',
      hills: ['#71829f', '#52637f', '#37465f', '#212c40'],
    },
  },
  {
    number: 1,
    title: 'Low tide',
    summary: 'Where we begin: with everything that the sea leaves behind twice a day.',
    minutes: 9,
    mood: { seed: 101, root: 246.9, beat: 0.75, scale: majorPentatonic },
    palette: {
      sky: ['#fdf0cf', '#f2c14e'],
      sun: '#ffffff',
      hills: ['#dba53f', '#8f9a5c', '#3f7d73', '#1d4e5b'],
    },
  },
];
