import { BlockList, isIP } from 'node:net';

/** Tells whether an address is on a list of addresses and networks (`10.0.5.0/24`); an empty list holds them all. */
export const addressList = (items: readonly string[]): ((address: string) => boolean) => {
  if (items.length === 0) return () => true;
  const list = new BlockList();
  for (const item of items) {
    const [address = '', prefix] = item.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
    const version = isIP(plain);
    return version !== 0 && list.check(plain, version === 6 ? 'ipv6' : 'ipv4');
  };
};
