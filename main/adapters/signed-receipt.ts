import { RECEIPT_JWS_TYP, type Receipt, receiptAnswer } from '../../common/receipt.ts';
import type { Ed25519Jwk } from '../../common/wire.ts';
import { parsedJson, signedPayload } from './server-signed.ts';

/** The receipt in a compact JWS if, and only if, the paired server signed it for this question of this station. */
export async function openReceipt(
  jws: string,
  serverKey: Ed25519Jwk,
  question: { readonly station: string; readonly ask: string },
): Promise<Receipt | undefined> {
  const payload = await signedPayload(jws, serverKey, RECEIPT_JWS_TYP);
  if (payload === undefined) return undefined;
  const answer = receiptAnswer.safeParse(parsedJson(payload)).data;
  const isOurs = answer?.station === question.station && answer.ask === question.ask;
  return isOurs ? answer.receipt : undefined;
}
