import assert from 'node:assert/strict';
import { access, open } from './access.ts';
import { type Case, usbOf } from './case.ts';

export const swapCases: readonly Case[] = [
  {
    name: 'another key at the same path, within one look, is one that went and one that came',
    needs: ['usb'],
    async run(client, bench) {
      const { first } = usbOf(bench);
      const before = await first.hidraw();
      // While it stands still it sees nothing of what happens; then it looks once.
      client.hang();
      await first.unplug();
      await first.plug();
      client.clear();
      client.go();
      assert.deepEqual((await client.next('keys')).keys, []);
      const { keys } = await client.next('keys');
      assert.deepEqual([keys.length, keys[0]?.id, await first.hidraw()], [1, before, before]);
      return access(client, bench);
    },
  },
  {
    name: 'a key that is swapped while the PIN is typed does not get it',
    needs: ['usb', 'control'],
    async run(client, bench) {
      const { first } = usbOf(bench);
      await open(client, bench);
      await first.unplug();
      await first.plug();
      assert.equal((await client.next('refused')).code, 'removed');
      const heard = (await first.control?.state())?.heard ?? [];
      assert(!heard.some((command) => command.startsWith('6.')), heard.join(' '));
      await client.next('keys', ({ keys }) => keys.length === 1);
      return access(client, bench);
    },
  },
];
