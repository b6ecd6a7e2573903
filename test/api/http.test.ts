import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttp, type HttpOptions } from '../../src/api/http.ts';
import { makeCertificate, makeKey } from '../../src/vault/certificate.ts';

const now = new Date();
const authorityKey = makeKey();
const key = makeKey();
const common = { days: 2, now };
const authority = await makeCertificate({
  ...common,
  subject: 'test authority',
  key: authorityKey,
  authority: true,
  addresses: [],
  names: [],
});
const certificate = await makeCertificate({
  ...common,
  subject: 'trial',
  key,
  issuer: { key: authorityKey, certificate: authority },
  authority: false,
  addresses: ['127.0.0.1'],
  names: ['cloud.example'],
});

const server = createServer({ key, cert: certificate }, (_, response) => response.end('hello'));
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function get(options: HttpOptions, host = '127.0.0.1'): Promise<string> {
  const http = createHttp(options);
  try {
    const request = {
      service: 'the dashboard',
      method: 'GET',
      url: `https://${host}:${port}/`,
      limitSeconds: 5,
    } as const;
    return (await http.send(request)).body;
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    http.close();
  }
}

describe('https', () => {
  it("accepts the deployment's own authority", async () => {
    expect(await get({ ca: authority })).toBe('hello');
  });

  it('refuses any other', async () => {
    expect(await get({})).toBe('API_CERTIFICATE');
  });

  it('refuses a certificate for another name', async () => {
    expect(await get({ ca: authority }, 'localhost')).toBe('API_CERTIFICATE');
  });

  it('says that nothing listens', async () => {
    const http = createHttp({ ca: authority });
    const request = {
      service: 'the dashboard',
      method: 'GET',
      url: 'https://127.0.0.1:1/',
      limitSeconds: 5,
    } as const;
    await expect(http.send(request)).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
  });

  it('asks for a way again after it broke down', async () => {
    let asked = 0;
    const http = createHttp({
      ca: authority,
      dial: async () => {
        asked += 1;
        return asked === 1 ? '/nowhere/way' : undefined;
      },
    });
    const request = {
      service: 'the dashboard',
      method: 'GET',
      url: `https://127.0.0.1:${port}/`,
      limitSeconds: 5,
    } as const;
    await expect(http.send(request)).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
    expect((await http.send(request)).body).toBe('hello');
    http.close();
  });
});
