/** What the page of a headless run tells the process that started it. */
export type JobReport =
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'progress'; readonly downloaded: number; readonly downloadTotal: number }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly text: string };
