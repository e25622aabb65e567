import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { Connection } from 'mongoose';
import { createPasskeys } from '../../server/data/passkeys.ts';
import type { UserId } from '../../shared/ids.ts';

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();

/** A passkey in software, put straight into the database; for tests that are not about the browser. */
export const softPasskey = async (connection: Connection, userId: string, origin: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  // COSE: a map of key type EC2, algorithm ES256, curve P-256, x and y.
  const cose = Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    Buffer.from(x, 'base64url'),
    Buffer.from('225820', 'hex'),
    Buffer.from(y, 'base64url'),
  ]);
  const id = sha256(x).toString('base64url');
  await createPasskeys(connection).add({
    userId: userId as UserId,
    credentialId: id,
    publicKey: new Uint8Array(cose),
    counter: 0,
    transports: [],
    backedUp: false,
    name: 'soft',
    createdAt: new Date().toISOString(),
  });
  let counter = 0;

  /** Answers a challenge as the browser would hand it on. */
  const answer = (challenge: string, over: { origin?: string; flags?: number; counter?: number } = {}) => {
    counter = over.counter ?? counter + 1;
    const client = Buffer.from(
      JSON.stringify({ type: 'webauthn.get', challenge, origin: over.origin ?? origin, crossOrigin: false }),
    );
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const data = Buffer.concat([
      sha256(new URL(origin).hostname),
      Buffer.from([over.flags ?? 0x05]), // present and verified
      count,
    ]);
    const signature = sign('sha256', Buffer.concat([data, sha256(client)]), privateKey);
    return {
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
      },
    };
  };
  return { id, answer };
};
