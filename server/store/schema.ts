import type { Generated } from 'kysely';
import type { Command, CommandAnswer } from '../../common/command.ts';
import type { AlertKind } from '../domain/directory-alerts.ts';

type Flag = 0 | 1;

/** Times are ISO 8601 UTC with milliseconds; ids are UUID text; byte strings of the wire stay base64url. */
export interface Schema {
  practice: {
    id: 1;
    name: string;
    rp_id: string;
    digest: string;
    /** How long the bodies of events are kept. */
    keep_days: Generated<number>;
  };
  station_groups: { name: string; policy: string; apps: string };
  members: {
    id: string;
    given_name: string;
    family_name: string;
    title: string | null;
    role: string;
    active: Flag;
    /** Id in the practice's own staff system. */
    external_id: Generated<string | null>;
    /** May use every group's stations; else those of `member_groups`. */
    everywhere: Generated<Flag>;
    /** JSON array of console roles. */
    console_roles: Generated<string>;
  };
  member_groups: { member: string; group_name: string };
  credentials: {
    id: string;
    member: string;
    public_key: string;
    user_handle: string;
    counter: number;
    active: Flag;
    /** Why it is not active. A revoked one stays so. */
    fate: Generated<'reported' | 'revoked' | null>;
  };
  snapshots: {
    group_name: string;
    version: number;
    digest: string;
    issued_at: string;
    jws: string;
    grace_seconds: Generated<number>;
  };
  pairing_codes: {
    id: string;
    secret_hash: Uint8Array;
    group_name: string;
    uses: number;
    used: number;
    expires_at: string;
    created_at: string;
    /** Stations that it pairs need no approval of their own. */
    approved: Generated<Flag>;
  };
  stations: {
    id: string;
    /** RFC 7638 thumbprint of the station's key. */
    thumbprint: string;
    /** `x` of the station's Ed25519 JWK. */
    public_key: string;
    name: string;
    group_name: string;
    pairing_code: string;
    paired_at: string;
    /** Newest command's number; never goes back. */
    command_number: Generated<number>;
    standing: Generated<'pending' | 'active' | 'revoked'>;
  };
  /** Each start of a station's agent, when it was first heard from. */
  station_boots: { station: string; boot: string; first_seen_at: string };
  /** Keys of stations that are never taken again. */
  revoked_keys: { thumbprint: string; station: string; revoked_at: string };
  /** What an administrator must see; `id` is made of what it is about, so that it is told once. */
  alerts: {
    id: string;
    at: string;
    kind: AlertKind;
    reason: string | null;
    station: string;
    epoch: string | null;
    seq: number | null;
    member: string | null;
    acknowledged_at: Generated<string | null>;
    acknowledged_by: Generated<string | null>;
  };
  /** Epochs whose chain does not fit; the station's next one waits for approval. */
  disputes: {
    station: string;
    epoch: string;
    at: string;
    reason: string;
    approved_at: Generated<string | null>;
    approved_by: Generated<string | null>;
  };
  commands: {
    station: string;
    number: number;
    kind: Command['kind'];
    member: string | null;
    issued_at: string;
    expires_at: string;
    /** Who gave it: an administrator's name, or the server itself. */
    issued_by: string;
    outcome: CommandAnswer['outcome'] | null;
    answered_at: string | null;
    epoch: Generated<string | null>;
  };
  /** What was done from the command line; `detail` is JSON. */
  admin_actions: {
    id: string;
    at: string;
    who: string;
    action: string;
    target: string;
    detail: string;
  };
  /**
   * One row per station from pairing on: the newest event of its current epoch, and what that journal
   * says is on the screen. Ingest of a station is ordered under this row.
   */
  heads: {
    station: string;
    epoch: string | null;
    seq: number;
    hash: string;
    screen: 'none' | 'open' | 'locked' | 'parked';
    session: string | null;
    member: string | null;
    heard_at: string | null;
  };
  events: {
    id: Generated<number>;
    station: string;
    epoch: string;
    seq: number;
    hash: string;
    type: string;
    received_at: string;
    verdict: 'verified' | 'unproven' | 'disputed';
    /** Why it is not verified; of a verified one `clock-…`, where its time is not to be believed. */
    reason: string | null;
    /** Verbatim canonical bytes as they came; none once retention has removed them. */
    canonical: Uint8Array;
    /** These three stand in the canonical bytes too: events are looked for by them. Empty like those. */
    at: string;
    outcome: string;
    /** Whom it is about, proven or claimed. */
    member: string | null;
  };
  /** Access proofs that verified: each nonce once, for ever. */
  proofs: {
    nonce: string;
    credential: string;
    counter: number;
    station: string;
    epoch: string;
    seq: number;
  };
  /** Accesses per quarter of an hour since 1970: every time zone's hours are whole quarters. Summed over the shards. */
  access_counts: { quarter: number; shard: number; accesses: number };
  /** Nonces of signed requests that were let in; `fresh_until` in ms. */
  spent_nonces: { nonce: string; fresh_until: number };
  /** One row: where the tree over all events stands, and who may grow it. */
  ledger: {
    id: 1;
    /** Empty until the first event. */
    origin: string;
    /** Leaves that are in the tiles. */
    size: number;
    /** Random for each lease: the fencing token of the one sequencer. */
    term: string;
    /** By the database's clock, ms. */
    term_ends: number;
    /** Newest signed checkpoint, and its size. */
    note: string | null;
    note_size: number | null;
  };
  /** See common/tiles.ts; the newest tile of a level grows in its place. */
  ledger_tiles: { level: number; tile: number; hashes: Uint8Array };
  /** A run of consecutive leaves: accepted events of one journal, one disputed event, or one record. */
  ledger_segments: {
    id: Generated<number>;
    station: string | null;
    epoch: string | null;
    first_seq: number | null;
    /** Of the one disputed event. */
    hash: string | null;
    /** Canonical bytes of a leaf that is no event. */
    record: Uint8Array | null;
    /** What the record is about; null: a new origin. */
    about: Generated<'removal' | null>;
    entries: number;
    /** Leaf hashes until the tree has them; null also for events that were there before the tree. */
    hashes: Uint8Array | null;
    /** Place of the first in the tree; null until the sequencer has come to it. */
    leaf: number | null;
  };
}
