/** What a class's roster is made of. */
export type RosterParts<Id extends string> = {
  /** The students of its sections. */
  readonly members: readonly Id[];
  /** Those who were added one by one. */
  readonly added: readonly Id[];
  /** Those who were taken off one by one. */
  readonly removed: readonly Id[];
};

/**
 * The roster of a class (SC4): the students of its sections and those added one by one, minus those removed one by one.
 * Who is on it already keeps the place; the others follow.
 */
export const effectiveRoster = <Id extends string>(
  present: readonly Id[],
  { members, added, removed }: RosterParts<Id>,
): Id[] => {
  const off = new Set(removed);
  const wanted = new Set([...added, ...members].filter((id) => !off.has(id)));
  const staying = present.filter((id) => wanted.has(id));
  return [...new Set([...staying, ...wanted])];
};
