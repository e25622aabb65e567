import * as parser from 'socket.io-parser';

/**
 * Socket.IO's own encoding of packets, without the search for binary data in every one: nothing that the contract
 * says is binary. What comes in is read by the library's decoder as ever.
 */
class JsonEncoder extends parser.Encoder {
  override encode({ type, nsp, id, data }: parser.Packet): string[] {
    const namespace = nsp && nsp !== '/' ? `${nsp},` : '';
    return [
      `${type}${namespace}${id ?? ''}${data === undefined || data === null ? '' : JSON.stringify(data)}`,
    ];
  }
}

/** For Socket.IO's `parser` option. */
export const jsonParser = { protocol: parser.protocol, Encoder: JsonEncoder, Decoder: parser.Decoder };
