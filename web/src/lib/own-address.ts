/** Names that mean the very machine on which they are used: nobody else gets here by them. */
const OWN = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\])$/;

/** Whether an address (absolute, or `location`) is good on this machine only. */
export const isOnlyHere = ({ hostname }: Pick<URL, 'hostname'>): boolean => OWN.test(hostname);

/**
 * A link to this server as other people's devices can open it: where the server does not know its own address
 * (PUBLIC_URL is not set) and names itself, the one under which this page was opened takes its place.
 */
export const forOthers = (link: string): URL => {
  const url = new URL(link);
  return isOnlyHere(url) ? new URL(`${url.pathname}${url.search}${url.hash}`, location.origin) : url;
};
