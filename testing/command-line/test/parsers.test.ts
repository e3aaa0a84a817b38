import { describe, expect, it } from 'vitest';
import { positiveNumber, wholeNumber } from '../src/index.ts';

describe('a whole number', () => {
  it.each([
    ['1', 1],
    ['40', 40],
    ['1e1', 10],
  ])('%j within its limits is taken', (text, number) => expect(wholeNumber(1, 40)(text)).toBe(number));

  it.each(['0', '41', '-1', '1.5', 'ten', '', ' ', 'NaN'])('%j is refused, with the limits', (text) =>
    expect(() => wholeNumber(1, 40)(text)).toThrow('Give a whole number from 1 to 40.'),
  );

  it.each(['Infinity', '1e300'])('%j is refused where there is no upper limit', (text) =>
    expect(() => wholeNumber(1)(text)).toThrow('Give a whole number from 1 on.'),
  );
});

describe('a positive number', () => {
  it.each([
    ['8', 8],
    ['0.5', 0.5],
  ])('%j is taken', (text, number) => expect(positiveNumber(text)).toBe(number));

  it.each(['0', '-1', 'soon', '', 'Infinity'])('%j is refused', (text) =>
    expect(() => positiveNumber(text)).toThrow('Give a number above 0.'),
  );
});
