import { unreachable } from '../../../common/result.ts';
import { err, ok } from '../../../common/result.ts';
import { credential } from '../../../common/directory.ts';
import { optional, text, whole } from '../../config/field.ts';
import type { CredentialRow } from '../../store/directory-members.ts';
import { adminChange, adminView } from './admin.ts';
import { findMember } from './member.ts';
import { table } from './table.ts';

const id = text('the id of a credential (base64url)', 4096);
const member = text('the id or the external id of a member', 80);

export const credentialList = adminView({
  name: 'credential list',
  about: 'Lists the credentials on the members’ keys.',
  options: { member: optional(member) },
  async run(read, { member: said }) {
    const [owner] = said === undefined ? [] : await read.memberRows([said]);
    if (said !== undefined && owner === undefined)
      return err(`The member is "${said}", whom nobody knows.`);
    const credentials = (await read.credentialRows(owner?.id)).map((row) => ({
      id: row.id,
      member: row.member,
      state: row.fate ?? 'active',
      counter: row.counter,
    }));
    return ok({ text: table(credentials), json: { credentials } });
  },
});

export const credentialAdd = adminChange({
  name: 'credential add',
  about: 'Adds a credential that was made elsewhere.',
  options: {
    member,
    id,
    publicKey: text('a COSE_Key (base64url)', 4096),
    userHandle: text('a WebAuthn user handle (base64url)', 128),
    counter: { ...whole(0, 2 ** 32 - 1), otherwise: 0 },
  },
  async run(tx, given) {
    const owner = await findMember(tx, given.member);
    if (!owner.ok) return owner;
    const { id: credentialId, publicKey, userHandle, counter } = given;
    const wanted = { id: credentialId, publicKey, userHandle, counter };
    const parsed = credential.safeParse({ ...wanted, member: owner.value.id, active: true });
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return err(`The credential’s ${String(issue?.path[0])} is not taken: ${issue?.message}.`);
    }
    const [twin] = await tx.credentials([given.id]);
    if (twin !== undefined)
      return err(`--id is a credential that member ${twin.member} has already.`);
    await tx.addCredential({
      id: given.id,
      member: owner.value.id,
      public_key: given.publicKey,
      user_handle: given.userHandle,
      counter: given.counter,
      active: 1,
    });
    return ok({
      text: `credential of ${owner.value.given_name} ${owner.value.family_name}: added`,
      json: { id: given.id, member: owner.value.id },
      deeds: [{ action: 'credential.add', target: given.id, detail: { member: owner.value.id } }],
    });
  },
});

type Act = 'report' | 'revoke' | 'restore';

function fateAfter(act: Act, fate: CredentialRow['fate']): CredentialRow['fate'] | 'no' {
  switch (act) {
    case 'report':
      return fate === 'revoked' ? 'no' : 'reported';
    case 'revoke':
      return 'revoked';
    case 'restore':
      return fate === 'revoked' ? 'no' : null;
    default:
      return unreachable(act);
  }
}

const acting = (act: Act, about: string) =>
  adminChange({
    name: `credential ${act}`,
    about,
    options: { id },
    positional: 'id',
    async run(tx, { id: said }) {
      const row = (await tx.credentialRows()).find((one) => one.id === said);
      if (row === undefined) {
        return err(
          `The credential is "${said}"; allowed is the id of one: see admin credential list.`,
        );
      }
      const fate = fateAfter(act, row.fate);
      if (fate === 'no') return err('The credential is revoked, and stays so: enroll a new key.');
      const isSame = fate === row.fate;
      if (!isSame) await tx.setCredential(said, { fate, active: fate === null ? 1 : 0 });
      return ok({
        text: `credential ${said.slice(0, 12)}…: ${isSame ? 'was so already' : (fate ?? 'active')}`,
        json: { id: said, member: row.member, state: fate ?? 'active', changed: !isSame },
        deeds: isSame
          ? []
          : [{ action: `credential.${act}`, target: said, detail: { member: row.member } }],
      });
    },
  });

export const credentialReport = acting(
  'report',
  'Stops a key that is reported lost; its session ends at every station that is online.',
);
export const credentialRevoke = acting('revoke', 'Stops a key for good.');
export const credentialRestore = acting('restore', 'Takes a reported key, that was found, again.');
