import { describe, expect, it } from 'vitest';
import { type Sender, isStationPage } from './sender.ts';

const origin = 'https://localhost';
const ours = (id: number) => id === 7;
const sender = (id: number, url: string, isTop = true): Sender => ({
  sender: { id },
  senderFrame: { url, parent: isTop ? null : ({} as never) },
});

describe('the sender check', () => {
  it('answers the top frame of our own window on our own origin', () => {
    expect(isStationPage(sender(7, 'https://localhost/curtain'), origin, ours)).toBe(true);
  });

  it.each([
    ['a window that is not ours', sender(8, 'https://localhost/curtain')],
    ['a frame inside our page', sender(7, 'https://localhost/curtain', false)],
    ['another origin in our window', sender(7, 'https://localhost.evil.example/curtain')],
    ['another scheme', sender(7, 'http://localhost/curtain')],
    ['another port', sender(7, 'https://localhost:8443/curtain')],
    ['no address', sender(7, '')],
    ['a frame that is gone', { sender: { id: 7 }, senderFrame: null }],
  ])('refuses %s', (_name, event) => {
    expect(isStationPage(event, origin, ours)).toBe(false);
  });
});
