import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { startDemo } from '../support/demo.ts';

test('an app that cannot be reached is told of in the bar, and its tab tries again', async () => {
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<title>there</title><h1>There</h1>'),
  );
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');

  const host = `127.0.0.1:${port}`;
  const demo = await startDemo({}, { url: `http://${host}/`, hosts: [host] });
  try {
    const { station } = await demo.launch({ demoKeys: false });
    await station.stepIs('waiting');
    await station.open(demo.nurse);
    const bar = await station.bar();
    const saysSo = () =>
      expect(bar.getByRole('status')).toHaveText(
        'This app does not answer. Touching its tab starts it again, without what was not saved.',
      );
    await saysSo();
    // For as long as it is so.
    await bar.getByRole('button', { name: 'Lock', exact: true }).click();
    await station.screenIs('curtain');
    await station.open(demo.nurse);
    await saysSo();
    await listen(port);
    await bar.getByRole('button', { name: 'Chart', exact: true }).click();
    const page = await station.clinicalApp('/chart');
    await expect(page.getByRole('heading', { name: 'There' })).toBeVisible();
  } finally {
    await demo.stop();
    server.closeAllConnections();
    server.close();
  }
});
