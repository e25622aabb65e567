import { House, SearchX } from 'lucide-react';
import { useTexts } from '../lib/language.ts';
import { ButtonLink } from './button.tsx';
import { State } from './feedback.tsx';

/** A page that does not exist, with the way to one that does. */
export const NotFound = () => {
  const { state } = useTexts();
  return (
    <State page icon={SearchX} title={state.notFound} note={state.notFoundNote}>
      <ButtonLink href="/" variant="primary" icon={House}>
        {state.home}
      </ButtonLink>
    </State>
  );
};
