// Usage: scan.mjs ADDRESS PORTS…; a word is a port or a range, `1-65535`. Prints the ports that take a connection, one a
// line. A port that answers nothing within the limit is closed by a filter.
import { Socket } from 'node:net';

const LIMIT_MILLISECONDS = 2000;
const AT_ONCE = 15_000;

const [address, ...words] = process.argv.slice(2);
const ports = words.flatMap((word) => {
  const [first, last = first] = word.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
});

function isOpen(port) {
  return new Promise((resolve) => {
    const socket = new Socket();
    const end = (open) => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(LIMIT_MILLISECONDS, () => end(false));
    socket.on('error', () => end(false));
    socket.connect(port, address, () => end(true));
  });
}

async function work() {
  for (let port = ports.shift(); port !== undefined; port = ports.shift())
    if (await isOpen(port)) process.stdout.write(`${port}\n`);
}

await Promise.all(Array.from({ length: Math.min(AT_ONCE, ports.length) }, work));
