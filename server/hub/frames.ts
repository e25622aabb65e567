/** One text to be framed; `framed` where its frame was made already, for many connections at once. */
export type Text = { readonly text: string; readonly framed?: readonly Buffer[] | undefined };

/** The opcode of a whole text message (RFC 6455, 5.2). */
const WHOLE_TEXT = 0x81;

/** Writes the head of a server's frame, which is not masked, and returns where the payload begins. */
const writeHead = (into: Buffer, at: number, length: number): number => {
  let offset = into.writeUInt8(WHOLE_TEXT, at);
  if (length < 126) return into.writeUInt8(length, offset);
  if (length < 65_536) {
    offset = into.writeUInt8(126, offset);
    return into.writeUInt16BE(length, offset);
  }
  offset = into.writeUInt8(127, offset);
  return into.writeBigUInt64BE(BigInt(length), offset);
};

/** The WebSocket frames of several texts in one piece of memory, to be written at once. */
export const framesOf = (texts: readonly Text[]): Buffer => {
  const whole = texts.length === 1 ? texts[0]?.framed : undefined;
  if (whole?.length === 1 && whole[0]) return whole[0];
  const lengths = texts.map(({ text, framed }) =>
    framed ? framed.reduce((sum, part) => sum + part.length, 0) : Buffer.byteLength(text),
  );
  const out = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length + 10, 0));
  let end = 0;
  for (const [i, { text, framed }] of texts.entries()) {
    if (framed) {
      for (const part of framed) end += part.copy(out, end);
    } else {
      end = writeHead(out, end, lengths[i] ?? 0);
      end += out.write(text, end);
    }
  }
  return out.subarray(0, end);
};
