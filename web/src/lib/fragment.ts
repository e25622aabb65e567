/** What an address's fragment says, decoded; as it stands where it is no encoded text. */
export const fragmentText = (hash: string): string => {
  const said = hash.slice(1);
  try {
    return decodeURIComponent(said);
  } catch {
    return said;
  }
};
