declare module 'webidl2' {
  /** The syntax tree of a Web IDL text; JSON.stringify() gives it as plain data. */
  export function parse(text: string): readonly object[];
}
