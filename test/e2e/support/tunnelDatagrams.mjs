// Sends one datagram from each of 200 ports of an address: SOURCE TARGET PORT.
import { createSocket } from 'node:dgram';

const [source, target, port] = process.argv.slice(2);
const FIRST = 20_000;
const COUNT = 200;

for (let own = FIRST; own < FIRST + COUNT; own += 1) {
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.bind(own, source, resolve));
  await new Promise((resolve, reject) =>
    socket.send('tunnel', Number(port), target, (error) => (error ? reject(error) : resolve())),
  );
  await new Promise((resolve) => socket.close(resolve));
}
