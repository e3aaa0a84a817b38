/** A text as a column that compares exactly and can hold any text. */
export function column(text: string): string {
  return JSON.stringify(text);
}
