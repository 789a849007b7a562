import { err, ok } from '../../../common/result.ts';
import { flag, optional, text, whole } from '../../config/field.ts';
import { adminChange, adminView } from './admin.ts';
import { table } from './table.ts';

const limit = { ...whole(1, 100_000), otherwise: 100 };

export const alertList = adminView({
  name: 'alert list',
  about: 'Lists what an administrator must see, newest first.',
  options: { acknowledged: flag, limit },
  async run(read, { acknowledged, limit: most }) {
    const names = new Map((await read.stations()).map((row) => [row.id, row.name]));
    const alerts = (await read.alerts({ open: !acknowledged, limit: most })).map((row) => ({
      at: row.at,
      kind: row.kind,
      reason: row.reason,
      station: names.get(row.station) ?? row.station,
      seq: row.seq,
      acknowledgedBy: row.acknowledged_by,
      id: row.id,
    }));
    return ok({ text: table(alerts), json: { alerts } });
  },
});

export const alertAcknowledge = adminChange({
  name: 'alert acknowledge',
  about: 'Says that an alert was seen; --all for every open one.',
  options: { id: optional(text('the id of an alert', 400)), all: flag },
  positional: 'id',
  async run(tx, { id, all }, { who, now }) {
    if ((id === undefined) !== all) return err('Name one alert by its id, or --all.');
    const count = await tx.acknowledgeAlerts(id, who, new Date(now).toISOString());
    if (count === 0 && id !== undefined) {
      return err(`The alert is "${id}"; allowed is the id of an open one: see admin alert list.`);
    }
    const deed = { action: 'alert.acknowledge', target: id ?? 'all', detail: { count } };
    return ok({
      text: `${count} acknowledged`,
      json: { acknowledged: count },
      deeds: count > 0 ? [deed] : [],
    });
  },
});

export const logList = adminView({
  name: 'log',
  about: 'Lists what was done by these commands, newest first.',
  options: { limit },
  async run(read, { limit: most }) {
    const rows = await read.adminActions(most);
    const actions = rows.map(({ id: _id, detail, ...row }) => ({ ...row, detail }));
    return ok({
      text: table(actions),
      json: { actions: rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) as unknown })) },
    });
  },
});
