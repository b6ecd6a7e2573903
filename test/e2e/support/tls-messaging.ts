import { beforeAll, describe, expect, it } from 'vitest';
import { type Credential, makeAuthority, makeCertificate, makeKey } from '../../../src/vault/certificate.ts';
import { listeners, type OnNode, printed } from './node.ts';

const FOLDER = '/root/tls-messaging';
const OWN = '/etc/cloudwright/tls/messaging';
/** Where a broker of the test listens. */
const PORT = 45_671;

/**
 * Sends a message with the client library and the options of Nova; prints `sent`, or why it could not connect. The
 * services use green threads, whose sockets are not the standard ones.
 */
const CLIENT = `
import os, sys
url, green = sys.argv[1], sys.argv[2] == "green"
if green:
    import eventlet
    eventlet.monkey_patch()
import oslo_messaging
from oslo_config import cfg
conf = cfg.CONF
conf(["--config-file", "/etc/nova/nova.conf"], project="nova")
transport = oslo_messaging.get_rpc_transport(conf, url=url or None)
client = oslo_messaging.get_rpc_client(transport, oslo_messaging.Target(topic="nobody"), timeout=10)
try:
    client.prepare(retry=0).cast({}, "nothing")
    print("sent", flush=True)
except Exception as error:
    print(error, flush=True)
# Threads of the library would be waited for.
os._exit(0)
`;

/** Sends a message by way of a broker that is gone, whose address is the argument, and then the one of the cloud. */
const FAILOVER = `
import os, random, sys
random.shuffle = lambda hosts: None
import oslo_messaging
from oslo_config import cfg
conf = cfg.CONF
conf(["--config-file", "/etc/nova/nova.conf"], project="nova")
own = oslo_messaging.TransportURL.parse(conf)
broker = own.hosts[0]
gone = oslo_messaging.TransportHost(sys.argv[1], 5671, broker.username, broker.password)
url = str(oslo_messaging.TransportURL(conf, "rabbit", own.virtual_host, [gone, broker]))
transport = oslo_messaging.get_rpc_transport(conf, url=url)
client = oslo_messaging.get_rpc_client(transport, oslo_messaging.Target(topic="nobody"), timeout=10)
try:
    client.prepare(retry=3).cast({}, "nothing")
    print("sent", flush=True)
except Exception as error:
    print(error, flush=True)
os._exit(0)
`;

async function certificate(
  issuer: Credential,
  holder: { readonly address: string; readonly days?: number },
): Promise<Credential> {
  const key = makeKey();
  const made = await makeCertificate({
    subject: 'control1',
    key,
    issuer,
    authority: false,
    addresses: [holder.address],
    names: [],
    purposes: ['server', 'client'],
    days: holder.days ?? 30,
    now: new Date(),
  });
  return { key, certificate: made };
}

/** That the broker of an all-in-one cloud is reached over TLS only, and that no client accepts another one. */
export function tlsMessaging(on: OnNode, address: string, virtual: string): void {
  describe('the message broker', () => {
    const write = async (name: string, text: string): Promise<string> => {
      const path = `${FOLDER}/${name}`;
      await printed(on, `mkdir -p ${FOLDER} && cat >${path} <<'END'\n${text.trim()}\nEND`);
      return path;
    };
    /** What the client says of a broker at this address of the transport. */
    const send = async (url: string, threads: 'green' | 'native'): Promise<string> =>
      await printed(on, `timeout 60 python3 ${FOLDER}/client.py '${url}' ${threads} 2>&1`);
    /** What the client says of a broker that shows this certificate. */
    const sendTo = async (name: string, shown: Credential, threads: 'green' | 'native'): Promise<string> => {
      const both = await write(`${name}.pem`, `${shown.certificate}${shown.key}`);
      const server = `openssl s_server -accept ${address}:${PORT} -cert ${both} -quiet`;
      await printed(
        on,
        `systemd-run -q --collect --unit broker-${name}-${threads} ${server} && timeout 10 sh -c 'until ss -Hltn | grep -q :${PORT}; do sleep 0.1; done'`,
      );
      try {
        return await send(`rabbit://nobody:nothing@${address}:${PORT}/`, threads);
      } finally {
        await printed(on, `systemctl stop broker-${name}-${threads}`);
      }
    };
    let trusted: Credential;

    beforeAll(async () => {
      await write('client.py', CLIENT);
      trusted = await makeAuthority('brokers of the test', new Date());
    });

    it('listens for TLS alone, and answers nobody who speaks in clear', async () => {
      const open = (await listeners(on)).map(({ port }) => port);
      expect(open).toContain(5671);
      expect(open).not.toContain(5672);
      const clear = `timeout 5 bash -c 'exec 3<>/dev/tcp/${address}/5671; printf "AMQP\\0\\0\\11\\1" >&3; cat <&3' | strings; true`;
      expect(await printed(on, clear)).not.toMatch(/RabbitMQ|AMQP/);
      const encrypted = `(printf "AMQP\\0\\0\\11\\1"; sleep 2) | timeout 10 openssl s_client -quiet -connect ${address}:5671 -CAfile ${OWN}/ca.pem -verify_return_error -verify_ip ${address} 2>/dev/null | strings; true`;
      expect(await printed(on, encrypted)).toMatch(/RabbitMQ/);
      const old = `timeout 10 openssl s_client -connect ${address}:5671 -tls1_1 -cipher ALL:@SECLEVEL=0 </dev/null 2>&1; true`;
      expect(await printed(on, old)).toMatch(/alert protocol version|no protocols available/);
    });

    it.each(['green', 'native'] as const)(
      'is reached by the services’ client (%s threads)',
      async (threads) => {
        expect(await send('', threads)).toBe('sent');
      },
    );

    it.each(['green', 'native'] as const)(
      'is not mistaken for another one by the services’ client (%s threads)',
      async (threads) => {
        const stranger = await certificate(trusted, { address });
        expect(await sendTo('authority', stranger, threads)).toMatch(/certificate verify failed/i);
        const right = await printed(on, `cat ${OWN}/ca.pem`);
        // The same failures with an authority that the client trusts.
        await printed(on, `cp ${OWN}/ca.pem ${FOLDER}/ca.before`);
        try {
          await printed(on, `cat >${OWN}/ca.pem <<'END'\n${right}\n${trusted.certificate}END`);
          const valid = await sendTo('valid', stranger, threads);
          expect(valid).not.toMatch(/certificate/i);
          const expired = await certificate(trusted, { address, days: -0.5 });
          expect(await sendTo('expired', expired, threads)).toMatch(/certificate has expired/i);
          const elsewhere = await certificate(trusted, { address: '192.0.2.1' });
          expect(await sendTo('name', elsewhere, threads)).toMatch(/IP address mismatch|doesn't match/i);
        } finally {
          await printed(on, `cp ${FOLDER}/ca.before ${OWN}/ca.pem`);
        }
      },
    );

    // Kombu compares the certificate of every broker with the first address. All brokers' certificates name all of them;
    // this one names the virtual address too, where no broker listens.
    it('is reached by way of another that is gone, if its certificate names that one', async () => {
      await write('failover.py', FAILOVER);
      const sent = async (gone: string): Promise<string> =>
        await printed(on, `timeout 60 python3 ${FOLDER}/failover.py ${gone} 2>/dev/null | tail -n 1`);
      expect(await sent(virtual)).toBe('sent');
      expect(await sent('127.0.0.1')).toMatch(/IP address mismatch|doesn't match|refused/i);
    });

    it('lets nobody without a certificate of its authority speak to its members', async () => {
      const connect = `timeout 10 openssl s_client -tls1_2 -connect ${address}:25672 -CAfile ${OWN}/ca.pem -verify_return_error -verify_hostname control1`;
      const member = await on(`${connect} -cert ${OWN}/certificate.pem -key ${OWN}/key.pem </dev/null 2>&1`);
      expect(member.stdout).toContain('Verify return code: 0 (ok)');
      expect(member.exitCode, member.stdout).toBe(0);
      const anybody = await on(`${connect} </dev/null 2>&1`);
      expect(anybody.exitCode, anybody.stdout).not.toBe(0);
      const both = await certificate(trusted, { address });
      const path = await write('member.pem', `${both.certificate}${both.key}`);
      const stranger = await on(`${connect} -cert ${path} </dev/null 2>&1`);
      expect(stranger.exitCode, stranger.stdout).not.toBe(0);
    });

    it('leaves nothing of this test behind', async () => {
      await printed(on, `rm -rf ${FOLDER}`);
      expect(await printed(on, `openssl verify -CAfile ${OWN}/ca.pem ${OWN}/certificate.pem`)).toMatch(/OK$/);
    });
  });
}
