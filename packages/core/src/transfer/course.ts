/**
 * The forms in which what is missing of a body may be asked for, the most demanding first. What a server does not take
 * is followed by a less demanding one: that a range failed says nothing of the resource.
 */
const rangeForms = ['several', 'single', 'unconditional', 'last', 'none'] as const;

/** The form in which ranges are asked for, from the most demanding one to none. */
export type RangeForm =
  /** Several ranges at a time. */
  | 'several'
  /** One range, with `If-Range` where it needs no preflight. */
  | 'single'
  /** One range without `If-Range`: the server sent the whole although it named the same version. */
  | 'unconditional'
  /** One range without `If-Range`, after the plain request worked and ranges did not: the next failure is the last. */
  | 'last'
  /** No range: whatever is interrupted begins again. */
  | 'none';

/**
 * The course of a record: how it asks for its body from now on. It is not at rest: after a death, everything is tried
 * anew.
 */
export interface Course {
  readonly goal: /** What is missing of the stored body. */
    | 'continue'
    /** The body from byte 0 on: the stored bytes can't be used. */
    | 'from-zero'
    /** Whether anything follows the stored bytes: this engine can't tell an end from a cut. */
    | 'prove-end'
    /** The plain request, to see whether the server is in trouble or refuses ranges alone. */
    | 'compare';
  readonly ranges: RangeForm;
}

/** The course of a record that was never tried. */
export const firstCourse: Course = { goal: 'continue', ranges: 'several' };

/** Continues, in no more demanding a form than `ranges`. */
export function continueWith(course: Course, ranges: RangeForm): Course {
  const form = Math.max(rangeForms.indexOf(course.ranges), rangeForms.indexOf(ranges));
  return { goal: 'continue', ranges: rangeForms[form] as RangeForm };
}

/** Begins again, in the form that the course allows. */
export function fromZero({ ranges }: Course): Course {
  return { goal: 'from-zero', ranges };
}

/** Begins again with the plain request: ranges do not work here. */
export const plainFromZero: Course = { goal: 'from-zero', ranges: 'none' };

/** Asks whether the body ends where the stored bytes do. */
export function proveEnd({ ranges }: Course): Course {
  return { goal: 'prove-end', ranges };
}

/** Asks with the plain request, to compare its answer with that to ranges. */
export function compare({ ranges }: Course): Course {
  return { goal: 'compare', ranges };
}

/** The course that shows whether the resource can still be had, after the last range that is to be tried has failed. */
export function afterLastRange(course: Course): Course {
  return course.goal === 'continue' && course.ranges !== 'last' ? compare(course) : plainFromZero;
}
