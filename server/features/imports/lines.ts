/** One line of a text file, without its end; `number` counts from 1. */
export type Line = { readonly number: number; readonly text: string; readonly tooLong: boolean };

/** The longest line that is kept, in UTF-16 units. */
export const MAX_LINE = 64 * 1024;

/**
 * The lines of a UTF-8 text as its bytes come (with or without BOM; LF, CRLF or CR), without the empty ones. No more than a chunk and a line is
 * ever held; of a line that is too long only the number is told.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new TextDecoder();
  let rest = '';
  let number = 0;
  let tooLong = false;
  const line = (text: string): Line => {
    const made = { number: ++number, text: tooLong ? '' : text, tooLong: tooLong || text.length > MAX_LINE };
    tooLong = false;
    return made;
  };
  function* cut(): Generator<Line> {
    const ends = /\r\n|\n|\r(?!$)/g;
    let from = 0;
    for (const { index, 0: end } of rest.matchAll(ends)) {
      if (index > from || tooLong) yield line(rest.slice(from, index));
      else number += 1;
      from = index + end.length;
    }
    rest = rest.slice(from);
    if (rest.length <= MAX_LINE) return;
    tooLong = true;
    rest = rest.slice(-1); // a CR may be half of a line's end
  }
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    yield* cut();
  }
  rest += decoder.decode();
  yield* cut();
  const last = rest.endsWith('\r') ? rest.slice(0, -1) : rest;
  if (last !== '' || tooLong) yield line(last);
}
