import { randomBytes } from 'node:crypto';
import { toBase64url } from '../../common/bytes.ts';
import type { Receipt } from '../../common/receipt.ts';
import { openReceipt } from '../../main/adapters/signed-receipt.ts';
import type { ReceiptQuery } from '../../main/ports/transport.ts';
import type { Lab, TestStation } from './server-lab.ts';

/** A receipt for this station, opened as a station opens it. */
export async function askReceipt(
  { keys }: Lab,
  station: TestStation,
  { epoch, after, last, size }: ReceiptQuery,
): Promise<Receipt> {
  const ask = toBase64url(randomBytes(16));
  const place = `epoch=${epoch}&after=${after}&last=${last}&size=${size}`;
  const answer = await station.request('GET', `/v1/log/receipt?ask=${ask}&${place}`);
  const receipt = await openReceipt(answer.body, keys.publicJwk, { station: station.id, ask });
  if (receipt === undefined) throw new Error(`no receipt: ${answer.status} ${answer.body}`);
  return receipt;
}
