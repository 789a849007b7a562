import type { Program } from '../program.ts';
import { alertAcknowledge, alertList, logList } from './alert.ts';
import {
  credentialAdd,
  credentialList,
  credentialReport,
  credentialRestore,
  credentialRevoke,
} from './credential.ts';
import { eventsSearch } from './events.ts';
import { groupAdd, groupApps, groupList, groupPolicy } from './group.ts';
import { memberImport } from './import.ts';
import { memberAdd, memberChange, memberDisable, memberEnable, memberList } from './member.ts';
import { retentionKeep, retentionRun } from './retention.ts';
import {
  stationApprove,
  stationApproveEpoch,
  stationList,
  stationLock,
  stationRevoke,
  stationSignOut,
} from './station.ts';

/** What an administrator can do from the command line. */
export const adminPrograms: readonly Program[] = [
  memberList,
  memberAdd,
  memberChange,
  memberDisable,
  memberEnable,
  memberImport,
  credentialList,
  credentialAdd,
  credentialReport,
  credentialRevoke,
  credentialRestore,
  groupList,
  groupAdd,
  groupPolicy,
  groupApps,
  stationList,
  stationApprove,
  stationApproveEpoch,
  stationRevoke,
  stationLock,
  stationSignOut,
  alertList,
  alertAcknowledge,
  logList,
  eventsSearch,
  retentionKeep,
  retentionRun,
];
