// Moving among cards with the keyboard. It goes by where the cards are, so that it is right for every width and direction.

export const cardsIn = (root: ParentNode | null): HTMLElement[] => [
  ...(root?.querySelectorAll<HTMLElement>('[data-card]') ?? []),
];

/** The card in the tab order, of each grid: to look for it among three hundred takes a slow machine a while. */
const reachable = new WeakMap<HTMLElement, HTMLElement>();

/** Keeps exactly one card in the tab order: the one that has or had the focus, else the first. */
export const rove = (root: HTMLElement | null, focused?: EventTarget): void => {
  if (!root) return;
  const card =
    focused instanceof Element ? focused.closest('[data-student]')?.querySelector('[data-card]') : null;
  const before = reachable.get(root);
  const kept = before && root.contains(before) ? before : null;
  const chosen = card ?? kept ?? root.querySelector('[data-card]');
  if (!(chosen instanceof HTMLElement)) return;
  if (before && before !== chosen) before.tabIndex = -1;
  if (chosen.tabIndex !== 0) chosen.tabIndex = 0;
  reachable.set(root, chosen);
};

const middle = (element: Element) => {
  const { left, width, top, height } = element.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
};

/** The card in the nearest row above or below, nearest across. */
const vertical = (
  cards: readonly HTMLElement[],
  from: HTMLElement,
  down: boolean,
): HTMLElement | undefined => {
  const here = middle(from);
  let best: HTMLElement | undefined;
  let distance = Number.POSITIVE_INFINITY;
  for (const card of cards) {
    const { x, y } = middle(card);
    const rows = down ? y - here.y : here.y - y;
    if (rows < 8) continue;
    const far = rows * 1000 + Math.abs(x - here.x);
    if (far < distance) [best, distance] = [card, far];
  }
  return best;
};

/** Moves the focus as an arrow key, Home or End asks; false when the key is none of these. */
export const moveFrom = (root: HTMLElement | null, target: HTMLElement, key: string): boolean => {
  const cards = cardsIn(root);
  const from = target.closest('[data-student]')?.querySelector<HTMLElement>('[data-card]') ?? target;
  const at = cards.indexOf(from);
  const ahead = document.documentElement.dir === 'rtl' ? -1 : 1;
  const next = {
    ArrowRight: cards[at + ahead],
    ArrowLeft: cards[at - ahead],
    Home: cards[0],
    End: cards.at(-1),
  }[key];
  const isVertical = key === 'ArrowDown' || key === 'ArrowUp';
  if (!next && !isVertical) return /^(Arrow|Home$|End$)/.test(key);
  const to = next ?? vertical(cards, from, key === 'ArrowDown');
  to?.focus({ preventScroll: true });
  // Not below what stands at the edges of the window.
  to?.scrollIntoView({ block: 'nearest' });
  return true;
};
