import { startRegistration } from '@simplewebauthn/browser';
import { Fingerprint, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Fault } from '../../../../shared/faults.ts';
import type { PasskeyView } from '../../../../shared/rest/passkeys.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { refresh, useShown } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import type { Texts } from '../../texts/en.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Asked, toast } from '../../ui/feedback.tsx';
import { Form, sentenceOf, TextField } from '../../ui/form.tsx';
import styles from './passkeys.module.css';

const PATH = '/api/v1/passkeys';
type Options = Parameters<typeof startRegistration>[0]['optionsJSON'];

/** Whether this browser can make passkeys on this page: not without TLS, but for localhost. */
const able = () => typeof PublicKeyCredential === 'function';

/** Why not, in words that say where it can be done. */
const whyUnable = ({ passkeyInsecure, passkeyUnable }: Texts['student']): string =>
  isSecureContext ? passkeyUnable : passkeyInsecure(location.origin);

const Removing = ({ passkey, onClose }: { passkey: PasskeyView; onClose: () => void }) => {
  const { student, common } = useTexts();
  const [busy, setBusy] = useState(false);
  const remove = async () => {
    setBusy(true);
    try {
      await authorized('DELETE', `${PATH}/${passkey.id}`);
      await refresh(PATH);
      toast(student.passkeyRemoved(passkey.name));
    } catch (error) {
      toast(sentenceOf(error));
    }
    onClose();
  };
  return (
    <Dialog title={student.removePasskey(passkey.name)} onClose={onClose}>
      <p>{student.removePasskeyNote}</p>
      <div className={styles.actions}>
        <Button onClick={onClose}>{common.cancel}</Button>
        <Button variant="danger" icon={Trash2} busy={busy} onClick={() => void remove()}>
          {common.remove}
        </Button>
      </div>
    </Dialog>
  );
};

const Renaming = ({ passkey, onClose }: { passkey: PasskeyView; onClose: () => void }) => {
  const { student, common } = useTexts();
  return (
    <Dialog title={student.renamePasskey(passkey.name)} onClose={onClose}>
      <Form
        submit={common.save}
        onSubmit={async ({ name = '' }) => {
          await authorized('PATCH', `${PATH}/${passkey.id}`, { body: { name } });
          await refresh(PATH);
          toast(student.passkeyRenamed(name));
          onClose();
        }}
      >
        <TextField
          label={student.passkeyName}
          name="name"
          defaultValue={passkey.name}
          maxLength={100}
          hint={student.passkeyNameHint}
        />
      </Form>
    </Dialog>
  );
};

/** The student's passkeys: with one they check in by their own device's finger, face or PIN, which stays on it. */
const Passkeys = () => {
  const { student } = useTexts();
  const format = useFormat();
  const query = useShown<{ items: PasskeyView[] }>(PATH);
  const [removing, setRemoving] = useState<PasskeyView>();
  const [renaming, setRenaming] = useState<PasskeyView>();
  const [home, setHome] = useState<string>();
  const add = async (name: string): Promise<boolean> => {
    const optionsJSON = await authorized<Options>('POST', `${PATH}/options`);
    // What they are bound to (PUBLIC_URL) is not where this page is: one that was made here would check nobody in.
    const { id = '' } = optionsJSON.rp;
    setHome(id === location.hostname ? undefined : id);
    if (id !== location.hostname) return false;
    const response = await startRegistration({ optionsJSON }).catch((error: unknown) => {
      // The device has one already: it says so by this name.
      if (error instanceof Error && error.name === 'InvalidStateError') throw new Fault('PASSKEY_EXISTS');
      if (error instanceof Error && error.name === 'NotAllowedError') return undefined;
      throw error;
    });
    if (response === undefined) {
      toast(student.passkeyCancelled);
      return false;
    }
    await authorized('POST', `${PATH}/verify`, { body: { response, name } });
    await refresh(PATH);
    toast(student.passkeyAdded);
    return true;
  };
  return (
    <Card>
      <h2>{student.passkeys}</h2>
      <p className={styles.note}>{student.passkeysNote}</p>
      <Asked query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <p>{student.noPasskeys}</p>
          ) : (
            <ul className={styles.list}>
              {items.map((passkey) => (
                <li key={passkey.id}>
                  <Fingerprint size={22} aria-hidden />
                  <div>
                    <strong>{passkey.name}</strong>
                    <span>
                      {passkey.usedAt
                        ? student.usedAt(format.moment(passkey.usedAt))
                        : student.madeAt(format.date(passkey.createdAt))}
                    </span>
                  </div>
                  <IconButton
                    icon={Pencil}
                    label={student.renamePasskey(passkey.name)}
                    onClick={() => setRenaming(passkey)}
                  />
                  <IconButton
                    icon={Trash2}
                    label={student.removePasskey(passkey.name)}
                    onClick={() => setRemoving(passkey)}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </Asked>
      {able() ? (
        <Form
          submit={student.addPasskey}
          onSubmit={async ({ name = '' }, form) => {
            if (await add(name)) form.reset();
          }}
        >
          <TextField label={student.passkeyName} name="name" maxLength={100} hint={student.passkeyNameHint} />
          <div role="alert">
            {home && (
              <p className={styles.elsewhere}>{student.passkeyElsewhereNote(home, location.hostname)}</p>
            )}
          </div>
        </Form>
      ) : (
        <p className={styles.note}>{whyUnable(student)}</p>
      )}
      {renaming && <Renaming passkey={renaming} onClose={() => setRenaming(undefined)} />}
      {removing && <Removing passkey={removing} onClose={() => setRemoving(undefined)} />}
    </Card>
  );
};
export default Passkeys;
